// SPDX-License-Identifier: Apache-2.0

/** Cleans foreign text before a person reads it: visible, bounded, without secrets. */
@NullMarked
package io.lanyard.internal.text;

import org.jspecify.annotations.NullMarked;
