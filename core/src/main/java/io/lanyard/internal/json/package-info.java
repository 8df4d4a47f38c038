// SPDX-License-Identifier: Apache-2.0

/** Reads JSON. Not exported: an application has a library for that. */
@NullMarked
package io.lanyard.internal.json;

import org.jspecify.annotations.NullMarked;
