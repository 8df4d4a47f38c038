// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void the_median_is_the_middle_value_or_the_mean_of_two() {
        assertThat(Sample.of(9, 1, 5).median()).isEqualTo(5);
        assertThat(Sample.of(4, 1, 3, 2).median()).isEqualTo(2.5);
        assertThat(Sample.of(7).median()).isEqualTo(7);
    }

    @Test
    void a_quantile_is_interpolated_between_two_values() {
        Sample sample = Sample.of(50, 10, 20, 40, 30);

        assertThat(sample.quantile(0)).isEqualTo(10);
        assertThat(sample.quantile(0.25)).isEqualTo(20);
        assertThat(sample.quantile(0.9)).isEqualTo(46);
        assertThat(sample.quantile(1)).isEqualTo(50);
    }

    @Test
    void an_empty_sample_is_rejected() {
        assertThatThrownBy(() -> Sample.of()).isInstanceOf(IllegalArgumentException.class);
    }
}
