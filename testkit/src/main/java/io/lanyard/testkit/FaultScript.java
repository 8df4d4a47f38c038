// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Determines the {@link Fault} of each request to a server: the next queued fault, otherwise the standing fault, if any.
 *
 * <p>Every valid request takes a fault from the script, whatever its path. Thread-safe; a change applies to requests that
 * arrive after it. Nothing here blocks.
 */
public final class FaultScript {
    private final Deque<Fault> queue = new ArrayDeque<>();
    private Fault standing = Fault.NONE;

    FaultScript() {}

    /**
     * Queues faults for the next requests, one each, after those queued already.
     *
     * @param faults in the order of the requests
     */
    public synchronized void next(Fault... faults) {
        queue.addAll(Arrays.asList(faults));
    }

    /**
     * Queues one fault for several requests, after those queued already.
     *
     * @param requests the number of requests, not negative
     * @param fault the fault of each request
     */
    public synchronized void times(int requests, Fault fault) {
        queue.addAll(Collections.nCopies(requests, fault));
    }

    /**
     * Sets the standing fault, which applies to every request without a queued fault until {@link #clear()}.
     *
     * @param fault the fault of these requests
     */
    public synchronized void always(Fault fault) {
        standing = fault;
    }

    /** Discards the queue and the standing fault: the server answers normally. */
    public synchronized void clear() {
        queue.clear();
        standing = Fault.NONE;
    }

    /** Saves the script; the action restores it. */
    synchronized Runnable restorePoint() {
        List<Fault> queued = List.copyOf(queue);
        Fault stands = standing;
        return () -> restore(queued, stands);
    }

    private synchronized void restore(List<Fault> queued, Fault stands) {
        queue.clear();
        queue.addAll(queued);
        standing = stands;
    }

    synchronized Fault take() {
        Fault queued = queue.poll();
        return queued != null ? queued : standing;
    }
}
