// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.spi.Scheduler;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and what happens in it, in order.
 *
 * <p>An event may let time {@linkplain #pass pass} for itself alone: a load that sleeps, or waits for an answer, goes on
 * in its own local time, while the others' stands where it began. So a load that blocks its thread for seconds needs no
 * thread, whatever number of them are under way.
 *
 * <p>Most events are the heartbeats of a hundred thousand timers. A heap of them all would spend its time in cache
 * misses, so what is due soon is kept by slices of time, and only the slice at hand is a heap. Not safe for use by
 * several threads.
 */
final class Kernel {
    private static final int SLICE_BITS = 24; // 16.8 ms
    private static final int SLICES = 1 << 13; // 137 s, more than a heartbeat

    private final @Nullable Event[] soon = new Event[SLICES];
    private final PriorityQueue<Event> near = new PriorityQueue<>();
    private final PriorityQueue<Event> far = new PriorityQueue<>();
    private long slice;
    private long begun;
    private long now;
    private long sequence;

    /** The time, local to the event that is happening. */
    long now() {
        return now;
    }

    /** Lets time pass for the event that is happening. */
    void pass(long duration) {
        now += duration;
    }

    /** Lets something happen at a time that is not over yet. */
    Event at(long time, Runnable action) {
        if (time < begun) {
            throw new IllegalArgumentException("that time is over");
        }
        Event event = new Event(time, sequence++, action);
        place(event);
        return event;
    }

    /** Lets everything happen that is due up to that time. */
    void run(long until) {
        while (true) {
            Event event = near.peek();
            if (event == null && slice < until >> SLICE_BITS) {
                turn();
            } else if (event == null || event.time > until) {
                begun = until;
                now = until;
                return;
            } else {
                near.poll();
                begun = event.time;
                now = event.time;
                event.happen();
            }
        }
    }

    private void place(Event event) {
        long due = event.time >> SLICE_BITS;
        if (due <= slice) {
            near.add(event);
        } else if (due < slice + SLICES) {
            int index = (int) (due % SLICES);
            event.next = soon[index];
            soon[index] = event;
        } else {
            far.add(event);
        }
    }

    private void turn() {
        slice++;
        int index = (int) (slice % SLICES);
        Event event = soon[index];
        soon[index] = null;
        while (event != null) {
            Event next = event.next;
            event.next = null;
            near.add(event);
            event = next;
        }
        for (Event later = far.peek(); later != null && later.time >> SLICE_BITS < slice + SLICES; later = far.peek()) {
            far.poll();
            place(later);
        }
    }

    /** Something that is to happen, unless it is cancelled. */
    static final class Event implements Comparable<Event>, Scheduler.Timer {
        private final long time;
        private final long sequence;
        private @Nullable Runnable action;
        private @Nullable Event next;

        private Event(long time, long sequence, Runnable action) {
            this.time = time;
            this.sequence = sequence;
            this.action = action;
        }

        private void happen() {
            Runnable due = action;
            action = null;
            if (due != null) {
                due.run();
            }
        }

        @Override
        public void cancel() {
            action = null;
        }

        @Override
        public int compareTo(Event that) {
            return time != that.time ? Long.compare(time, that.time) : Long.compare(sequence, that.sequence);
        }

        @Override
        public boolean equals(Object that) {
            return this == that;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence);
        }
    }
}
