// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.spi.Scheduler;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Runs events in the order of virtual time.
 *
 * <p>An event can {@linkplain #pass advance} its own local time: a load that sleeps or waits for a response continues at a
 * later time, while the time of the others stays where the event started. So loads that block for seconds need no threads,
 * however many run concurrently.
 *
 * <p>Most events are the heartbeats of 100,000 timers. One heap of all events would be slow because of cache misses. So
 * events of the near future are grouped by slices of time, and only the current slice is a heap. Not thread-safe.
 */
final class Kernel {
    private static final int SLICE_BITS = 24; // 16.8 ms
    private static final int SLICES = 1 << 13; // 137 s, more than a heartbeat

    private final @Nullable Event[] soon = new Event[SLICES];
    private final PriorityQueue<Event> near = new PriorityQueue<>();
    private final PriorityQueue<Event> far = new PriorityQueue<>();
    private long slice;
    private long eventStart;
    private long now;
    private long sequence;

    /** Returns the local time of the current event. */
    long now() {
        return now;
    }

    /** Advances the local time of the current event. */
    void pass(long duration) {
        now += duration;
    }

    /** Schedules an event, not before the start of the current one. */
    Event at(long time, Runnable action) {
        if (time < eventStart) {
            throw new IllegalArgumentException("the time is in the past");
        }
        Event event = new Event(time, sequence++, action);
        place(event);
        return event;
    }

    /** Runs all events up to that time. */
    void run(long until) {
        while (true) {
            Event event = near.peek();
            if (event == null && slice < until >> SLICE_BITS) {
                nextSlice();
            } else if (event == null || event.time > until) {
                eventStart = until;
                now = until;
                return;
            } else {
                near.poll();
                eventStart = event.time;
                now = event.time;
                event.fire();
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

    private void nextSlice() {
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

    /** An event, which can be cancelled. */
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

        private void fire() {
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
