// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KernelTest {
    private final Kernel kernel = new Kernel();
    private final List<Long> times = new ArrayList<>();

    private void note() {
        times.add(kernel.now());
    }

    @Test
    void events_run_in_the_order_of_time() {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            // from the current slice to far beyond the future that is grouped by slices
            long time = random.nextLong(1L << random.nextInt(20, 43));
            expected.add(time);
            kernel.at(time, () -> {
                note();
                if (kernel.now() % 3 == 0) { // an event that schedules another one
                    kernel.at(kernel.now() + Time.MILLI, this::note);
                }
            });
            if (time % 3 == 0) {
                expected.add(time + Time.MILLI);
            }
        }
        kernel.run(1L << 44);
        expected.sort(null);
        assertThat(times).isEqualTo(expected);
    }

    @Test
    void events_of_the_same_time_run_in_the_order_of_scheduling() {
        List<String> order = new ArrayList<>();
        kernel.at(Time.HOUR, () -> order.add("first"));
        kernel.at(Time.HOUR, () -> order.add("second"));
        kernel.run(Time.HOUR);
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void later_events_do_not_run_yet() {
        kernel.at(2 * Time.SECOND, this::note);
        kernel.run(Time.SECOND);
        assertThat(times).isEmpty();
        assertThat(kernel.now()).isEqualTo(Time.SECOND);
        kernel.run(3 * Time.SECOND);
        assertThat(times).containsExactly(2 * Time.SECOND);
    }

    @Test
    void the_local_time_of_an_event_does_not_affect_others() {
        kernel.at(Time.SECOND, () -> {
            kernel.pass(10 * Time.SECOND);
            note();
        });
        kernel.at(2 * Time.SECOND, this::note);
        kernel.run(Time.MINUTE);
        assertThat(times).containsExactly(11 * Time.SECOND, 2 * Time.SECOND);
    }

    @Test
    void a_cancelled_event_does_not_run() {
        kernel.at(Time.SECOND, this::note).cancel();
        kernel.run(Time.MINUTE);
        assertThat(times).isEmpty();
    }

    @Test
    void events_in_the_past_are_rejected() {
        kernel.run(Time.MINUTE);
        assertThatThrownBy(() -> kernel.at(Time.SECOND, this::note)).hasMessage("the time is in the past");
    }
}
