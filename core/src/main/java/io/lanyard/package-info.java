// SPDX-License-Identifier: Apache-2.0

/**
 * What applications use of every source of credentials.
 *
 * <p>{@link io.lanyard.CredentialsSource} is the one abstraction. It returns a value such as {@link
 * io.lanyard.ContainerCredentials}, or throws the one exception, {@link io.lanyard.CredentialsException}, whose {@link
 * io.lanyard.Category} says what kind of failure it is. {@link io.lanyard.CredentialsListener} receives refreshes and
 * failures as events, and {@link io.lanyard.RefreshStatus} describes them.
 */
@NullMarked
package io.lanyard;

import org.jspecify.annotations.NullMarked;
