// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.spring;

import org.jspecify.annotations.NullMarked;
