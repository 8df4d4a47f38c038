// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.go;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Go's {@code time.RFC3339Nano}: a fraction only if there is one, without trailing zeros. */
public final class GoTime {
    private static final DateTimeFormatter RFC3339_NANO = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter(Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private GoTime() {}

    public static String rfc3339Nano(Instant instant) {
        return RFC3339_NANO.format(instant);
    }
}
