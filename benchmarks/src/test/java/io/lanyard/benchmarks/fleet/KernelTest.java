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
    private final List<Long> happened = new ArrayList<>();

    private void note() {
        happened.add(kernel.now());
    }

    @Test
    void events_happen_in_the_order_of_time_however_near_or_far() {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            // from the slice at hand to far beyond those that are kept by slices
            long time = random.nextLong(1L << random.nextInt(20, 43));
            expected.add(time);
            kernel.at(time, () -> {
                note();
                if (kernel.now() % 3 == 0) { // an event that has one of its own in its wake
                    kernel.at(kernel.now() + Time.MILLI, this::note);
                }
            });
            if (time % 3 == 0) {
                expected.add(time + Time.MILLI);
            }
        }
        kernel.run(1L << 44);
        expected.sort(null);
        assertThat(happened).isEqualTo(expected);
    }

    @Test
    void events_of_one_time_happen_in_the_order_in_which_they_were_asked_for() {
        List<String> order = new ArrayList<>();
        kernel.at(Time.HOUR, () -> order.add("first"));
        kernel.at(Time.HOUR, () -> order.add("second"));
        kernel.run(Time.HOUR);
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void what_is_due_later_does_not_happen_yet() {
        kernel.at(2 * Time.SECOND, this::note);
        kernel.run(Time.SECOND);
        assertThat(happened).isEmpty();
        assertThat(kernel.now()).isEqualTo(Time.SECOND);
        kernel.run(3 * Time.SECOND);
        assertThat(happened).containsExactly(2 * Time.SECOND);
    }

    @Test
    void time_that_passes_for_one_event_passes_for_no_other() {
        kernel.at(Time.SECOND, () -> {
            kernel.pass(10 * Time.SECOND);
            note();
        });
        kernel.at(2 * Time.SECOND, this::note);
        kernel.run(Time.MINUTE);
        assertThat(happened).containsExactly(11 * Time.SECOND, 2 * Time.SECOND);
    }

    @Test
    void what_is_cancelled_does_not_happen() {
        kernel.at(Time.SECOND, this::note).cancel();
        kernel.run(Time.MINUTE);
        assertThat(happened).isEmpty();
    }

    @Test
    void nothing_happens_in_the_past() {
        kernel.run(Time.MINUTE);
        assertThatThrownBy(() -> kernel.at(Time.SECOND, this::note)).hasMessage("that time is over");
    }
}
