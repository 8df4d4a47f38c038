// SPDX-License-Identifier: Apache-2.0

/** What several servers need and no test sees. This package and those below it are not exported. */
@NullMarked
package io.lanyard.testkit.internal;

import org.jspecify.annotations.NullMarked;
