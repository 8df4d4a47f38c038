// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

/**
 * A setting that was looked at: its name and whether it was set, and never its value.
 *
 * @param name the variable's or the property's name
 * @param set whether it had a value that is not blank
 */
public record SettingSeen(String name, boolean set) {

    /** For example {@code AWS_ROLE_ARN (not set)}. */
    @Override
    public String toString() {
        return name + (set ? " (set)" : " (not set)");
    }
}
