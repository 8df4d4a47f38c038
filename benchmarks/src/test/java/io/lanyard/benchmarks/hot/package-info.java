// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
