// SPDX-License-Identifier: Apache-2.0

/** Code that several servers share. This package and its subpackages are not exported. */
@NullMarked
package io.lanyard.testkit.internal;

import org.jspecify.annotations.NullMarked;
