// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.testing;

import org.jspecify.annotations.NullMarked;
