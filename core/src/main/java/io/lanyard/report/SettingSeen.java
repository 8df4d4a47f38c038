// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import org.jspecify.annotations.Nullable;

/**
 * A setting that was read: its name and whether it was set, but not its value.
 *
 * @param name the name of the variable or property
 * @param state whether it was set
 */
public record SettingSeen(String name, State state) {

    /** Whether a setting was set. */
    public enum State {
        /** The setting has no value. */
        NOT_SET("not set"),
        /** The value is empty or white space, which counts as not set. */
        BLANK("blank"),
        /** The setting has a value. */
        SET("set");

        private final String text;

        State(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Creates a setting that is set or not set.
     *
     * @param name the name of the variable or property
     * @param set whether it has a value that is not blank
     */
    public SettingSeen(String name, boolean set) {
        this(name, set ? State.SET : State.NOT_SET);
    }

    /**
     * Creates a setting from its value, which is not stored.
     *
     * @param name the name of the variable or property
     * @param value its value, or null where it has none
     * @return the setting
     */
    public static SettingSeen of(String name, @Nullable String value) {
        return new SettingSeen(name, value == null ? State.NOT_SET : value.isBlank() ? State.BLANK : State.SET);
    }

    /**
     * Returns whether the setting has a value that is not blank.
     *
     * @return true when it has
     */
    public boolean set() {
        return state == State.SET;
    }

    /**
     * Returns whether the setting has a blank value, which counts as not set.
     *
     * @return true when it has
     */
    public boolean blank() {
        return state == State.BLANK;
    }

    /** Returns for example {@code AWS_ROLE_ARN (not set)}. */
    @Override
    public String toString() {
        return name + " (" + state + ")";
    }
}
