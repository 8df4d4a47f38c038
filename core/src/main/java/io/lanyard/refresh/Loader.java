// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;

/**
 * Loads a value.
 *
 * @param <T> the value's type
 */
@FunctionalInterface
public interface Loader<T> {
    /**
     * Loads the value. Called by one thread at a time, each seeing what the one before it did, except that a load
     * which does not end within the load timeout is abandoned, and the next one may run beside it. May block.
     *
     * @return the value, its identity and its expiration; one that has expired already counts as a failure
     * @throws CredentialsException the failure, with its kind; anything else that is thrown counts as transient
     * @throws InterruptedException when the thread is interrupted
     */
    Loaded<T> load() throws InterruptedException;

    /**
     * Reports what the loader has done in a load to the listener, before the other events of the load. Called on the
     * events' thread, after the callers have got their result. Reports nothing by default.
     *
     * @param listener receives the events
     */
    default void report(CredentialsListener listener) {}
}
