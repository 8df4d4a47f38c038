// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Says which requests of an agent meet which {@link Fault}: first those queued, in order, one a request; then the
 * standing one, if any; else none.
 *
 * <p>Every request that has a readable head takes from the script, whatever its path. Thread-safe; a change applies to
 * requests that arrive after it. Nothing here blocks.
 */
public final class FaultScript {
    private final Deque<Fault> queue = new ArrayDeque<>();
    private Fault standing = Fault.NONE;

    FaultScript() {}

    /**
     * Queues faults for the next requests, one each, behind those queued already.
     *
     * @param faults in the order of the requests
     */
    public synchronized void next(Fault... faults) {
        queue.addAll(Arrays.asList(faults));
    }

    /**
     * Queues the same fault for a number of requests, behind those queued already.
     *
     * @param requests how many, not negative
     * @param fault for each of them
     */
    public synchronized void times(int requests, Fault fault) {
        List<Fault> copies = Collections.nCopies(requests, fault);
        queue.addAll(copies);
    }

    /**
     * Makes a fault the standing one, in place of an earlier one: it meets every request for which none is queued, until
     * {@link #clear()}.
     *
     * @param fault for every request
     */
    public synchronized void always(Fault fault) {
        standing = fault;
    }

    /** Forgets the queue and the standing fault: the agent is well again. */
    public synchronized void clear() {
        queue.clear();
        standing = Fault.NONE;
    }

    /** Remembers the script; the action restores it. */
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
