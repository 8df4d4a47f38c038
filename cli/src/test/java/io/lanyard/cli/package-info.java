// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.cli;

import org.jspecify.annotations.NullMarked;
