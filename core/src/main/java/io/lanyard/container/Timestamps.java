// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dates of the protocol: {@code 2026-11-22T10:15:31Z}, up to nine fraction digits, and the offsets {@code Z},
 * {@code +hh:mm} and {@code +hhmm}. Those of credentials are read by hand, because loading the JDK's formatters takes a
 * third of the first load. HTTP dates are read only after a failure.
 */
final class Timestamps {

    private static final String SHAPE = "0000-00-00T00:00:00";

    private Timestamps() {}

    /** Returns the moment, or null for any other text. */
    static @Nullable Instant parse(String text) {
        int length = SHAPE.length();
        if (text.length() < length + 1) {
            return null;
        }
        for (int i = 0; i < length; i++) {
            char shape = SHAPE.charAt(i);
            if (shape == '0' ? !isDigit(text, i) : text.charAt(i) != shape) {
                return null;
            }
        }
        int at = length;
        int nanos = 0;
        if (text.charAt(at) == '.') {
            int scale = 100_000_000;
            for (at++; isDigit(text, at); at++) {
                if (scale == 0) {
                    return null; // a tenth digit
                }
                nanos += scale * (text.charAt(at) - '0');
                scale /= 10;
            }
            if (text.charAt(at - 1) == '.') {
                return null;
            }
        }
        try {
            ZoneOffset offset = offset(text.substring(at));
            return offset == null
                    ? null
                    : LocalDateTime.of(
                                    number(text, 0, 4),
                                    number(text, 5, 7),
                                    number(text, 8, 10),
                                    number(text, 11, 13),
                                    number(text, 14, 16),
                                    number(text, 17, 19),
                                    nanos)
                            .toInstant(offset);
        } catch (DateTimeException e) {
            return null; // the 31st of February
        }
    }

    /** Returns the moment of an HTTP date such as {@code Sun, 22 Nov 2026 10:15:31 GMT}, or null for any other text. */
    static @Nullable Instant parseHttp(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable ZoneOffset offset(String text) {
        if (text.equals("Z")) {
            return ZoneOffset.UTC;
        }
        boolean colon = text.length() == 6 && text.charAt(3) == ':';
        if (!colon && text.length() != 5) {
            return null;
        }
        int minutesAt = colon ? 4 : 3;
        for (int i = 1; i < text.length(); i++) {
            if (!isDigit(text, i) && !(colon && i == 3)) {
                return null;
            }
        }
        int hours = number(text, 1, 3);
        int minutes = number(text, minutesAt, minutesAt + 2);
        return switch (text.charAt(0)) {
            case '+' -> ZoneOffset.ofHoursMinutes(hours, minutes);
            case '-' -> ZoneOffset.ofHoursMinutes(-hours, -minutes);
            default -> null;
        };
    }

    private static boolean isDigit(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + (text.charAt(i) - '0');
        }
        return number;
    }
}
