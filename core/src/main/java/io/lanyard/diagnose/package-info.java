// SPDX-License-Identifier: Apache-2.0

/**
 * Explains why a process has no credentials, or the wrong ones: evidence, findings, remedies.
 *
 * <p>{@link io.lanyard.diagnose.Problem} is the catalogue: every problem that Lanyard knows, with its id, its severity, what
 * it means and how to fix it. A {@link io.lanyard.diagnose.Finding} is one problem found in one process, with the names
 * that are known there ({@link io.lanyard.diagnose.Facts}) filled in. A {@link io.lanyard.diagnose.Diagnosis} is the list of
 * checks that were made and what each found.
 */
@NullMarked
package io.lanyard.diagnose;

import org.jspecify.annotations.NullMarked;
