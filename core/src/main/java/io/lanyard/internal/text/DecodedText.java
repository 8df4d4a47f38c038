// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

/**
 * A text with its JSON and percent escapes decoded, for matching, and for each character where it is in the raw text,
 * for the result.
 *
 * <p>JSON that is quoted in JSON has several backslashes: a run of them counts as one. A lone backslash or percent sign
 * is itself. No decoded character is longer than its escape, so the arrays have the length of the raw text.
 */
final class DecodedText {
    final char[] chars;

    /** Where each character begins in the raw text; after the last, where the raw text ends. */
    final int[] from;

    final int length;

    DecodedText(String raw) {
        chars = new char[raw.length()];
        from = new int[raw.length() + 1];
        int count = 0;
        int at = 0;
        while (at < raw.length()) {
            from[count] = at;
            char c = raw.charAt(at);
            int next = at + 1;
            if (c == '\\') {
                while (next < raw.length() && raw.charAt(next) == '\\') {
                    next++;
                }
                int unicode = next < raw.length() && raw.charAt(next) == 'u' ? number(raw, next + 1, 4) : -1;
                if (unicode >= 0) {
                    c = (char) unicode;
                    next += 5;
                } else if (next < raw.length() && "\"'/".indexOf(raw.charAt(next)) >= 0) {
                    c = raw.charAt(next++);
                } else if (next < raw.length() && "nrtbf".indexOf(raw.charAt(next)) >= 0) {
                    c = ' ';
                    next++;
                }
            } else if (c == '%') {
                int percent = number(raw, next, 2);
                if (percent > ' ' && percent < 0x7f) {
                    c = (char) percent;
                    next += 2;
                }
            }
            chars[count++] = c;
            at = next;
        }
        from[count] = raw.length();
        length = count;
    }

    /** Returns the number that the hexadecimal digits have, or -1 where they are not digits. */
    private static int number(String raw, int start, int digits) {
        int number = 0;
        for (int i = start; i < start + digits; i++) {
            int digit = i < raw.length() ? Characters.hex(raw.charAt(i)) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * 16 + digit;
        }
        return number;
    }

    boolean hasEscapes(String raw) {
        return length != raw.length();
    }

    /** Returns where the word that begins at the index ends; in XML a tag ends it too. */
    int endOfWord(int start, boolean xml) {
        int end = start;
        while (end < length && " \"',;)]}".indexOf(chars[end]) < 0 && !(xml && chars[end] == '<')) {
            end++;
        }
        return end;
    }

    /** Whether these characters are the word, in any case. */
    boolean is(int start, int size, String word) {
        if (size != word.length()) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (Characters.lower(chars[start + i]) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
