// SPDX-License-Identifier: Apache-2.0

/**
 * Annotations for JUnit Jupiter: servers as parameters of a test, test classes that run as a pod, and a timeline with each
 * failure. Needs {@code junit-jupiter-api} 5.12 or newer on the class path.
 */
@NullMarked
package io.lanyard.testkit.junit;

import org.jspecify.annotations.NullMarked;
