// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void a_percentile_is_the_nearest_rank() {
        Latencies latencies = new Latencies();
        LongStream.rangeClosed(1, 200).map(i -> 201 - i).forEach(latencies::add);
        assertThat(latencies.percentile(0.5)).isEqualTo(100);
        assertThat(latencies.percentile(0.99)).isEqualTo(198);
        assertThat(latencies.percentile(1)).isEqualTo(200);
        assertThat(latencies.percentile(0)).isEqualTo(1);
    }

    @Test
    void the_slowest_of_few_is_their_99th_percentile() {
        Latencies latencies = new Latencies();
        latencies.add(7);
        latencies.add(3);
        assertThat(latencies.percentile(0.5)).isEqualTo(3);
        assertThat(latencies.percentile(0.99)).isEqualTo(7);
    }

    @Test
    void there_is_nothing_slow_in_nothing() {
        assertThat(new Latencies().percentile(0.99)).isZero();
    }

    @Test
    void it_grows_and_takes_in_others_and_sorts_again() {
        Latencies all = new Latencies();
        Latencies some = new Latencies();
        LongStream.range(0, 10_000).forEach(some::add);
        all.add(5);
        assertThat(all.percentile(1)).isEqualTo(5);
        all.addAll(some);
        assertThat(all.percentile(1)).isEqualTo(9_999);
    }
}
