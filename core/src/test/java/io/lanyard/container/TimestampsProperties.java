// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

/** The dates of the protocol against the JDK's formatters. */
class TimestampsProperties {

    private static final long FIRST = -62_135_596_800L; // 0001-01-01
    private static final long LAST = 253_402_300_799L; // 9999-12-31

    @Property
    void every_date_is_read_as_the_jdks_formatter_reads_it(
            @ForAll @LongRange(min = FIRST + 86_400, max = LAST - 86_400) long seconds,
            @ForAll @IntRange(max = 999_999_999) int nanos,
            @ForAll @IntRange(min = -18 * 60, max = 18 * 60) int offsetMinutes,
            @ForAll @IntRange(max = 9) int digits,
            @ForAll("offsetPatterns") String offsetPattern) {
        ZoneOffset offset = ZoneOffset.ofTotalSeconds(offsetMinutes * 60);
        String fraction = digits == 0 ? "" : "." + "S".repeat(digits);
        DateTimeFormatter formatter =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss" + fraction + offsetPattern, Locale.ROOT);
        String text = Instant.ofEpochSecond(seconds, nanos).atOffset(offset).format(formatter);

        assertThat(Timestamps.parse(text))
                .isEqualTo(OffsetDateTime.parse(text, formatter).toInstant());
    }

    @Provide
    Arbitrary<String> offsetPatterns() {
        return Arbitraries.of("XXX", "XX", "xxx", "xx");
    }

    @Property(tries = 5000)
    void what_is_read_is_a_date_of_the_calendar(
            @ForAll @IntRange(max = 9999) int year,
            @ForAll @IntRange(max = 14) int month,
            @ForAll @IntRange(max = 33) int day,
            @ForAll @IntRange(max = 25) int hour,
            @ForAll @IntRange(max = 61) int minute,
            @ForAll @IntRange(max = 61) int second) {
        String text =
                String.format(Locale.ROOT, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, hour, minute, second);
        Instant expected;
        try {
            expected = LocalDateTime.of(year, month, day, hour, minute, second).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            assertThat(Timestamps.parse(text)).isNull();
            return;
        }
        assertThat(Timestamps.parse(text)).isEqualTo(expected);
    }

    @Property
    void no_text_of_any_kind_makes_the_reader_throw(@ForAll String text) {
        assertThat(Timestamps.parse(text)).isNull();
    }

    @Property(tries = 5000)
    void what_follows_the_seconds_is_a_fraction_and_an_offset_or_no_date(
            @ForAll @CharRange(from = '0', to = '2') @Chars({'+', '-', ':', '.', 'Z', 'z', ' '}) @StringLength(max = 12)
                    String tail) {
        Instant read = Timestamps.parse("2026-11-22T10:15:31" + tail);

        if (read != null) {
            assertThat(tail).matches("(\\.\\d{1,9})?(Z|[+-]\\d\\d:?\\d\\d)");
        }
    }

    @Example
    void these_are_no_dates() {
        for (String text : List.of(
                "",
                "2026-11-22",
                "2026-11-22T10:15:31",
                "2026-11-22 10:15:31Z",
                "2026-11-22t10:15:31Z",
                "2026-11-22T10:15:31z",
                "2026-11-22T10:15:31.Z",
                "2026-11-22T10:15:31.1234567890Z",
                "2026-11-22T10:15:31,5Z",
                "2026-11-22T10:15:31+01",
                "2026-11-22T10:15:31+1:00",
                "2026-11-22T10:15:31+01-00",
                "2026-11-22T10:15:31*01:00",
                "2026-11-22T10:15:31+19:00",
                "2026-11-22T10:15:31+01:60",
                "2026-11-22T10:15:31ZZ",
                "2026-11-22T10:15:31 Z",
                "2026-11-22T24:00:00Z",
                "2026-11-22T10:15:60Z",
                "2026-02-29T10:15:31Z",
                "+2026-11-22T10:15:31Z",
                "-026-11-22T10:15:31Z",
                "\u0662026-11-22T10:15:31Z",
                "2026-11-22T10:15:31.\u0661Z",
                "Sun, 22 Nov 2026 10:15:31 GMT",
                "1795342531")) {
            assertThat(Timestamps.parse(text)).as(text).isNull();
        }
    }

    @Example
    void these_are_the_same_moment() {
        Instant moment = Instant.parse("2026-11-22T10:15:31Z");
        for (String text : List.of(
                "2026-11-22T10:15:31Z",
                "2026-11-22T10:15:31.0Z",
                "2026-11-22T10:15:31.000000000+00:00",
                "2026-11-22T10:15:31-0000",
                "2026-11-22T12:15:31+02:00",
                "2026-11-22T04:45:31-05:30",
                "2026-11-22T04:45:31-0530")) {
            assertThat(Timestamps.parse(text)).as(text).isEqualTo(moment);
        }
    }
}
