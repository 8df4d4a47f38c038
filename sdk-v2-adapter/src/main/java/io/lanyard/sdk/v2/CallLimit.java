// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Limits how many calls of foreign code may hang, each of which occupies a thread. Safe for use by any thread.
 *
 * <p>One thread runs a call, and another abandons it at its deadline. Whichever comes first decides:
 *
 * <pre>{@code
 * WAITING -- begin --> RUNNING -- end --> ENDED
 *    +---- abandon ------+---> ABANDONED, which is stuck until it ends if it was running
 * }</pre>
 */
final class CallLimit {

    /** How many abandoned calls may hang. As with the cache's loads. */
    static final int MOST_STUCK = 3;

    private final AtomicInteger stuck = new AtomicInteger();

    /** Returns whether no other call may be made until one that hangs has ended. */
    boolean isReached() {
        return stuck.get() >= MOST_STUCK;
    }

    Call newCall() {
        return new Call();
    }

    /** The state of a call. */
    private enum State {
        /** No thread has begun it. */
        WAITING,
        /** A thread is in the foreign code. */
        RUNNING,
        /** The foreign code has returned in time. */
        ENDED,
        /** The deadline has passed before. */
        ABANDONED
    }

    /** One call. */
    final class Call {
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

        /** Begins the call. Returns false when it was abandoned before. */
        boolean begin() {
            return state.compareAndSet(State.WAITING, State.RUNNING);
        }

        /** Ends the call that this thread has begun. */
        void end() {
            if (!state.compareAndSet(State.RUNNING, State.ENDED)) {
                stuck.decrementAndGet();
            }
        }

        /** Abandons the call. Returns false when it has ended. */
        boolean abandon() {
            if (state.compareAndSet(State.WAITING, State.ABANDONED)) {
                return true;
            }
            if (!state.compareAndSet(State.RUNNING, State.ABANDONED)) {
                return false;
            }
            stuck.incrementAndGet();
            return true;
        }

        boolean isRunning() {
            return state.get() == State.RUNNING;
        }
    }
}
