// SPDX-License-Identifier: Apache-2.0

/**
 * The testkit for JUnit Jupiter: servers as parameters of a test, a test class that runs as a pod, and a timeline of what
 * they saw when a test fails. Needs {@code junit-jupiter-api} on the class path, 5.12 or newer.
 */
@NullMarked
package io.lanyard.testkit.junit;

import org.jspecify.annotations.NullMarked;
