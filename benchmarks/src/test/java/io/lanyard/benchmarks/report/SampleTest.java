// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void the_median_is_the_value_in_the_middle_or_between_two() {
        assertThat(Sample.of(9, 1, 5).median()).isEqualTo(5);
        assertThat(Sample.of(4, 1, 3, 2).median()).isEqualTo(2.5);
        assertThat(Sample.of(7).median()).isEqualTo(7);
    }

    @Test
    void a_quantile_lies_between_its_neighbours() {
        Sample sample = Sample.of(50, 10, 20, 40, 30);

        assertThat(sample.quantile(0)).isEqualTo(10);
        assertThat(sample.quantile(0.25)).isEqualTo(20);
        assertThat(sample.quantile(0.9)).isEqualTo(46);
        assertThat(sample.quantile(1)).isEqualTo(50);
    }

    @Test
    void a_sample_of_nothing_is_none() {
        assertThatThrownBy(() -> Sample.of()).isInstanceOf(IllegalArgumentException.class);
    }
}
