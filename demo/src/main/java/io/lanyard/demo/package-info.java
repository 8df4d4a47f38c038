// SPDX-License-Identifier: Apache-2.0

/**
 * What {@code lanyard demo} runs. {@link io.lanyard.demo.Demo} runs the cluster in this process, and an ordinary
 * application, {@code Application}, in another one with the environment of a pod.
 */
@NullMarked
package io.lanyard.demo;

import org.jspecify.annotations.NullMarked;
