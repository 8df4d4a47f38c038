// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Creates histograms of latencies in nanoseconds and encodes them as text for another process. */
final class Histograms {
    private static final long SHORTEST = 100;
    private static final long LONGEST = Duration.ofHours(1).toNanos();

    /** A precision of 1 %, so that the histograms do not need more memory than the provider that is measured. */
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
            throw new IllegalArgumentException("not a histogram", e);
        }
    }
}
