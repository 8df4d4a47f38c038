// SPDX-License-Identifier: Apache-2.0

/**
 * What {@code lanyard demo} runs. {@link io.lanyard.demo.Demo} tells the story; this process is the cluster, and an
 * ordinary application, {@code Application}, is a process of its own with a pod's environment.
 */
@NullMarked
package io.lanyard.demo;

import org.jspecify.annotations.NullMarked;
