// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delivers events to listeners and the log, which are foreign code: in order, one at a time. A listener that blocks
 * occupies one thread and delays later events; while a hundred are waiting, further ones are dropped. What a listener
 * throws is ignored.
 *
 * <p>Safe for use by any thread.
 */
public final class EventQueue {

    private static final int LONGEST = 100;

    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger(); // the thread that raises it from zero delivers

    /** Creates an empty queue. */
    public EventQueue() {}

    /**
     * Delivers an event, and those that are added in the meantime, unless another thread is delivering.
     *
     * @param event calls the listeners
     */
    public void deliver(Runnable event) {
        if (pending.get() >= LONGEST) {
            return;
        }
        events.add(event);
        if (pending.getAndIncrement() > 0) {
            return;
        }
        do {
            Runnable next = events.poll();
            try {
                if (next != null) {
                    next.run();
                }
            } catch (Throwable e) { // a listener's failure must not affect other events
            }
        } while (pending.decrementAndGet() > 0);
    }
}
