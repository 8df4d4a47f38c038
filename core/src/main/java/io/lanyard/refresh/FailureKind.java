// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

/** What a failed load means for the next one: how soon it makes sense, and whether what is held may outlive its end. */
public enum FailureKind {
    /** Found on this machine, and over at once when its cause is: a refused connection, a missing file. Cheap to ask. */
    LOCAL,
    /** Trouble behind the source, which more asking makes worse: a timeout, throttling, a server's error. */
    UPSTREAM,
    /** Refused for good: it passes only when somebody changes something, and what is held is not served past its end. */
    FINAL
}
