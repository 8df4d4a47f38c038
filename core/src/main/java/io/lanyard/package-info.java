// SPDX-License-Identifier: Apache-2.0

/**
 * The value that Lanyard gives, and the failure when it cannot.
 *
 * <p>{@link io.lanyard.ContainerCredentials} is the value; {@link io.lanyard.CredentialsException} is the one
 * exception, and its {@link io.lanyard.Category} says what kind of failure it was. {@link io.lanyard.CredentialsListener}
 * hears of refreshes and failures; {@link io.lanyard.report.SourceDescription}, {@link io.lanyard.report.SettingSeen} and {@link
 * io.lanyard.report.TokenClaims} are what reports are made of.
 */
@NullMarked
package io.lanyard;

import org.jspecify.annotations.NullMarked;
