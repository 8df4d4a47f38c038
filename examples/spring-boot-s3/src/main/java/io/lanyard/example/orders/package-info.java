// SPDX-License-Identifier: Apache-2.0

/** Orders that are objects in S3. */
@NullMarked
package io.lanyard.example.orders;

import org.jspecify.annotations.NullMarked;
