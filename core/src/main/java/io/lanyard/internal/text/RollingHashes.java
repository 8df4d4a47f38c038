// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.Arrays;

/**
 * Finds what two texts have in common: the windows of a fixed size in one text, by their rolling hashes (Rabin-Karp).
 * Case is ignored. The time is linear in the texts' lengths, apart from sorting the hashes of the first.
 */
final class RollingHashes {
    private static final long PRIME = 0x100000001b3L;

    private final char[] text;
    private final int length;
    private final int size;
    private final long lead; // the weight of the character that leaves a window
    private final long[] sorted;

    RollingHashes(char[] text, int length, int size) {
        this.text = text;
        this.length = length;
        this.size = size;
        long lead = 1;
        for (int i = 1; i < size; i++) {
            lead *= PRIME;
        }
        this.lead = lead;
        long[] hashes = new long[Math.max(0, length - size + 1)];
        long hash = 0;
        for (int i = 0; i < length; i++) {
            hash = roll(hash, text, i);
            if (i >= size - 1) {
                hashes[i - size + 1] = hash;
            }
        }
        Arrays.sort(hashes);
        this.sorted = hashes;
    }

    private long roll(long hash, char[] text, int i) {
        long without = i >= size ? hash - lead * value(text[i - size]) : hash;
        return without * PRIME + value(text[i]);
    }

    /** Spreads the bits, so that neighbouring letters do not cancel each other out. */
    private static long value(char c) {
        long x = (Characters.lower(c) + 1) * 0x9e3779b97f4a7c15L;
        return x ^ (x >>> 29);
    }

    /** Marks every window that the other text contains too. */
    void mark(char[] other, int otherLength, boolean[] hidden) {
        boolean[] found = new boolean[sorted.length];
        boolean any = false;
        long hash = 0;
        for (int i = 0; i < otherLength; i++) {
            hash = roll(hash, other, i);
            int at = i >= size - 1 ? first(hash) : -1;
            if (at >= 0) {
                found[at] = true;
                any = true;
            }
        }
        hash = 0;
        int marked = 0;
        for (int i = 0; any && i < length; i++) {
            hash = roll(hash, text, i);
            int at = i >= size - 1 ? first(hash) : -1;
            if (at >= 0 && found[at]) {
                int start = Math.max(marked, i - size + 1);
                Arrays.fill(hidden, start, i + 1, true);
                marked = i + 1;
            }
        }
    }

    /** Returns the index of the first of equal hashes, so that a hash has one index; -1 when there is none. */
    private int first(long hash) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < hash) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < sorted.length && sorted[low] == hash ? low : -1;
    }
}
