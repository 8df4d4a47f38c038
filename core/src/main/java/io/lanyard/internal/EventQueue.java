// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Events for listeners and for the log, which are foreign code: delivered in order, one at a time, on a thread that has
 * nothing else to do. A listener that blocks keeps one thread and delays later events; beyond a hundred, events are
 * dropped. What a listener throws is ignored.
 *
 * <p>Safe for use by any thread.
 */
public final class EventQueue {

    private static final int LONGEST = 100;

    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger(); // whoever raises it from zero delivers

    /** Creates an empty queue. */
    public EventQueue() {}

    /**
     * Delivers an event, and those that are added meanwhile, unless another thread is delivering.
     *
     * @param event tells the listeners
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
            } catch (Throwable e) { // a listener's failure is its own
            }
        } while (pending.decrementAndGet() > 0);
    }
}
