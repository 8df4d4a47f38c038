// SPDX-License-Identifier: Apache-2.0

/** Reads JSON. Not exported: applications use a JSON library. */
@NullMarked
package io.lanyard.internal.json;

import org.jspecify.annotations.NullMarked;
