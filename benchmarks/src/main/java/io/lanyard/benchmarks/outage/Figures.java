// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.lang.reflect.RecordComponent;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What a contestant measured of itself in one scenario.
 *
 * @param calls finished
 * @param failures calls that threw
 * @param failuresWhileValid of these, those that began while the last credentials given had not ended
 * @param endedGiven calls that gave credentials which had ended by then; they open nothing any more
 * @param unfinished calls that still ran when the measuring ended; counted in the slowest with their time so far
 * @param p50Micros half of the calls took no longer
 * @param p99Micros 99 in 100 calls took no longer
 * @param slowestMicros the slowest call
 * @param slowestWhileValidMicros the slowest call that began more than five seconds before the end of what was held
 * @param freshMillis from the end of the outage to the first call that gave new credentials; -1 for none
 * @param firstFailure in words; empty for none
 * @param latencies of all calls, by {@link Histograms#text}
 */
record Figures(
        long calls,
        long failures,
        long failuresWhileValid,
        long endedGiven,
        long unfinished,
        long p50Micros,
        long p99Micros,
        long slowestMicros,
        long slowestWhileValidMicros,
        long freshMillis,
        String firstFailure,
        String latencies) {

    /** One line, for {@link #parse(String)}. */
    String line() {
        StringJoiner line = new StringJoiner("&");
        for (RecordComponent component : Figures.class.getRecordComponents()) {
            try {
                String value = String.valueOf(component.getAccessor().invoke(this));
                line.add(component.getName() + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return line.toString();
    }

    static Figures parse(String line) {
        Map<String, String> values = new TreeMap<>();
        for (String pair : line.split("&", -1)) {
            int equals = pair.indexOf('=');
            values.put(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return new Figures(
                number(values, "calls"),
                number(values, "failures"),
                number(values, "failuresWhileValid"),
                number(values, "endedGiven"),
                number(values, "unfinished"),
                number(values, "p50Micros"),
                number(values, "p99Micros"),
                number(values, "slowestMicros"),
                number(values, "slowestWhileValidMicros"),
                number(values, "freshMillis"),
                values.getOrDefault("firstFailure", ""),
                values.getOrDefault("latencies", ""));
    }

    private static long number(Map<String, String> values, String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return Long.parseLong(value);
    }
}
