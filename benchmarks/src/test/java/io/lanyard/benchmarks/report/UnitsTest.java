// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, <1 µs",
        "999, 999 µs",
        "1000, 1.0 ms",
        "9949, 9.9 ms",
        "10000, 10 ms",
        "6011499, 6 011 ms",
    })
    void times_have_significant_digits_only(long micros, String text) {
        assertThat(Units.time(micros)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 1 : 2", "3, 1000, 1 : 333", "5, 2, 2.5 : 1", "4, 4, 1 : 1", "0, 5, ''", "5, 0, ''"})
    void ratios_are_rounded(long first, long second, String text) {
        assertThat(Units.ratio(first, second)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.124, 0.12",
        "7, 7",
        "100, 100",
        "999.4, 999",
        "999.6, 1 k",
        "1204, 1.2 k",
        "14590884, 14.6 M",
        "2.5e12, 2500 G",
        "Infinity, never"
    })
    void numbers_have_at_most_three_digits(double number, String text) {
        assertThat(Units.compact(number)).isEqualTo(text);
    }
}
