// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.lanyard.it.snippets;

import org.jspecify.annotations.NullMarked;
