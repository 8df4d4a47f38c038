// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
