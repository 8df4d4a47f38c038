// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.hot;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The least that credentials which may be replaced, and may have ended, can cost: a volatile read and a clock's. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Limit {
    private volatile Held held = new Held("credentials", Long.MAX_VALUE, Instant.MAX);

    private record Held(String value, long endMillis, Instant end) {}

    /**
     * With the time as a number.
     *
     * @return the value
     */
    @Benchmark
    public String millis() {
        Held current = held;
        if (System.currentTimeMillis() >= current.endMillis) {
            throw new IllegalStateException("ended");
        }
        return current.value;
    }

    /**
     * With the time as an object.
     *
     * @return the value
     */
    @Benchmark
    public String instant() {
        Held current = held;
        if (!Instant.now().isBefore(current.end)) {
            throw new IllegalStateException("ended");
        }
        return current.value;
    }
}
