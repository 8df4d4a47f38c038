// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.demo;

import org.jspecify.annotations.NullMarked;
