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

/** The lower limit for credentials that can be replaced and can expire: a volatile read and a read of the clock. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Limit {
    private volatile Cached cached = new Cached("credentials", Long.MAX_VALUE, Instant.MAX);

    private record Cached(String value, long expirationMillis, Instant expiration) {}

    /** Reads the time as a number. */
    @Benchmark
    public String millis() {
        Cached current = cached;
        if (System.currentTimeMillis() >= current.expirationMillis) {
            throw new IllegalStateException("expired");
        }
        return current.value;
    }

    /** Reads the time as an object. */
    @Benchmark
    public String instant() {
        Cached current = cached;
        if (!Instant.now().isBefore(current.expiration)) {
            throw new IllegalStateException("expired");
        }
        return current.value;
    }
}
