// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    private final Allowance allowance = new Allowance();

    @Test
    void a_second_grants_exactly_its_rate() {
        assertThat(IntStream.range(0, 50)
                        .filter(i -> allowance.take(7 * Time.SECOND + i * Time.MILLI, 20))
                        .count())
                .isEqualTo(20);
        assertThat(allowance.take(8 * Time.SECOND, 20)).isTrue();
    }

    @Test
    void a_later_second_takes_nothing_from_earlier_ones() {
        assertThat(allowance.take(30 * Time.SECOND, 1)).isTrue();
        assertThat(allowance.take(10 * Time.SECOND, 1)).isTrue();
        assertThat(allowance.take(30 * Time.SECOND, 1)).isFalse();
    }

    @Test
    void a_fractional_rate_grants_some_seconds() {
        assertThat(LongStream.range(0, 1_000)
                        .filter(second -> allowance.take(second * Time.SECOND, 0.25))
                        .count())
                .isEqualTo(250);
    }
}
