// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

/** The wildcards of IAM: {@code *} stands for any characters, {@code ?} for one. */
final class Wildcards {

    private Wildcards() {}

    /** Whether a text matches; takes at most the product of the lengths and no recursion. */
    static boolean match(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
