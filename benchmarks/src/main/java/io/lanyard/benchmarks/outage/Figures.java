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
 * The measurements of one contestant in one scenario, taken in its own JVM.
 *
 * @param calls completed calls
 * @param failures calls that threw
 * @param failuresWhileValid failures of calls that began while the cached credentials were valid
 * @param expiredServed calls that returned expired credentials
 * @param unfinished calls still running at the end, whose time so far counts as a latency
 * @param p50Micros the median latency
 * @param p99Micros the 99th percentile of the latency
 * @param slowestMicros the longest latency
 * @param slowestWhileValidMicros the longest latency of calls that began more than 5 s before the cached credentials
 *     expire
 * @param freshMillis the time from the end of the outage to the first call that returned new credentials; -1 for none
 * @param firstFailure the first exception; empty for none
 * @param latencies the latencies of all calls, encoded by {@link Histograms#text}
 */
record Figures(
        long calls,
        long failures,
        long failuresWhileValid,
        long expiredServed,
        long unfinished,
        long p50Micros,
        long p99Micros,
        long slowestMicros,
        long slowestWhileValidMicros,
        long freshMillis,
        String firstFailure,
        String latencies) {

    /** Returns one line for {@link #parse(String)}. */
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
                number(values, "expiredServed"),
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
            throw new IllegalArgumentException("missing value: " + name);
        }
        return Long.parseLong(value);
    }
}
