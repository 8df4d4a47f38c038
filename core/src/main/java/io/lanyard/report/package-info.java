// SPDX-License-Identifier: Apache-2.0
/**
 * Descriptions of sources, settings and tokens, without secrets.
 *
 * <p>{@link io.lanyard.internal.text.ForeignText} is the one cleaner of foreign text.
 */
@NullMarked
package io.lanyard.report;

import org.jspecify.annotations.NullMarked;
