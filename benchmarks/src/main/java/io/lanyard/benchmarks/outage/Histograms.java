// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Histograms of calls in nanoseconds: made alike, and as text that goes from one process to another. */
final class Histograms {
    private static final long SHORTEST = 100;
    private static final long LONGEST = Duration.ofHours(1).toNanos();

    /** A hundredth of the value: a caller's histogram must not need more memory than what is measured. */
    private static final int DIGITS = 2;

    private Histograms() {}

    static Histogram empty() {
        return new Histogram(SHORTEST, LONGEST, DIGITS);
    }

    static String text(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    static Histogram parse(String text) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), SHORTEST);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("no histogram", e);
        }
    }
}
