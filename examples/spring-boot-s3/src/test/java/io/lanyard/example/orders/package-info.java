// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.example.orders;

import org.jspecify.annotations.NullMarked;
