// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Cleaning returns one visible line for any text, in linear time. */
class ForeignTextProperties {

    @Property
    void any_text_becomes_one_visible_line(@ForAll String text, @ForAll @IntRange(min = 1, max = 600) int limit) {
        String clean = ForeignText.clean(text, List.of("a-secret-of-the-test"), limit);

        assertThat(clean.length()).isLessThanOrEqualTo(limit);
        assertThat(clean.codePoints())
                .noneMatch(c -> Character.isISOControl(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                        || Character.getType(c) == Character.SURROGATE);
    }

    /** Texts that repeat all of themselves in overlapping parts are the worst case. */
    @Example
    void the_time_is_linear_in_the_length() {
        for (String pattern : new String[] {
            "a",
            "ab",
            "aaaaaaaaaaab",
            "token=",
            "token: ",
            "\"token\":\"",
            "\\",
            "\\\\u0061",
            "%61",
            "eyJ",
            "?/",
            ":",
            "a:token"
        }) {
            long small = cost(pattern, 50_000);
            long large = cost(pattern, 400_000);

            // eight times the length: linear is 8, quadratic 64
            assertThat(large).as(pattern).isLessThan(30 * Math.max(small, 4_000_000));
        }
    }

    /** Returns the CPU time of one cleaning, the best of three: other threads do not count. */
    private static long cost(String pattern, int length) {
        String text = pattern.repeat(length / pattern.length());
        String secret = text + "-end";
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            ForeignText.clean(text, List.of(secret, text), 512);
            best = Math.min(best, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
        }
        return best;
    }
}
