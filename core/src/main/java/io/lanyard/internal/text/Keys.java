// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.Arrays;

/** Hides what looks like a key: JSON web tokens, runs of forty or more characters that are not words, user info and queries of URLs. */
final class Keys {

    /** AWS secret access keys have 40 characters; session tokens and hashes have more. */
    static final int LENGTH = 40;

    private static final int SHORTEST_WEB_TOKEN = 16;

    /** A part of a run that is as short is a word unless it mixes cases and digits; a pod's suffix does not. */
    private static final int SHORT_PART = 12;

    private final PlainText plain;
    private final char[] text;
    private final int length;
    private final boolean[] hidden;

    Keys(PlainText plain, boolean[] hidden) {
        this.plain = plain;
        this.text = plain.chars;
        this.length = plain.length;
        this.hidden = hidden;
    }

    static boolean isRun(char c) {
        return Characters.isLetter(c)
                || Characters.isDigit(c)
                || c == '+'
                || c == '/'
                || c == '='
                || c == '_'
                || c == '-';
    }

    void hide() {
        int word = 0; // where the word began
        boolean path = false; // whether it has a slash so far
        int scheme = -1; // where the authority of a URL begins
        int i = 0;
        while (i < length) {
            char c = text[i];
            if (!isRun(c)) {
                if (c == ' ' || c == '"' || c == '\'' || c == '(' || c == ',' || c == '<') {
                    word = i + 1;
                    path = false;
                    scheme = -1;
                } else if (c == '@' && scheme >= 0) {
                    Arrays.fill(hidden, scheme, i, true);
                    scheme = -1;
                } else if (c == '?' && path) {
                    int end = plain.endOfWord(i + 1, true);
                    Arrays.fill(hidden, i + 1, end, true);
                    i = end;
                    continue;
                }
                i++;
                continue;
            }
            int end = i;
            while (end < length && isRun(text[end])) {
                path |= text[end] == '/';
                end++;
            }
            if (i > 0 && text[i - 1] == ':' && end - i >= 2 && text[i] == '/' && text[i + 1] == '/') {
                scheme = i + 2;
            }
            int web = webToken(i, end);
            if (web > i) {
                end = web;
            } else if (end - i >= LENGTH
                    && !(isArn(word) && hasNames(i, end))
                    && (isRandom(text, i, end) || hasShapeOfSecretKey(text, i, end))) {
                Arrays.fill(hidden, i, end, true);
            }
            i = end;
        }
    }

    /** Hides the JSON web token that begins in the run, and returns its end; the start where there is none. */
    private int webToken(int start, int end) {
        for (int i = start; i + 3 <= end; i++) {
            boolean first = i == start || "/=_-+".indexOf(text[i - 1]) >= 0;
            if (first && text[i] == 'e' && text[i + 1] == 'y' && text[i + 2] == 'J') {
                int stop = end;
                while (stop < length && (isRun(text[stop]) || text[stop] == '.')) {
                    stop++;
                }
                if (stop - i >= SHORTEST_WEB_TOKEN) {
                    Arrays.fill(hidden, i, stop, true);
                    return stop;
                }
            }
        }
        return start;
    }

    private boolean isArn(int word) {
        return word + 7 <= length && plain.is(word, 7, "arn:aws");
    }

    private boolean hasNames(int start, int end) {
        int part = start;
        for (int i = start; i <= end; i++) {
            if (i == end || text[i] == '/') {
                if (i - part > ForeignText.LONGEST_NAME) {
                    return false;
                }
                part = i + 1;
            }
        }
        return true;
    }

    /** Forty characters of mixed case: a secret access key that has few digits looks like words written together. */
    private static boolean hasShapeOfSecretKey(char[] text, int start, int end) {
        boolean upper = false;
        boolean lower = false;
        for (int i = start; i < end; i++) {
            upper |= Characters.isUpper(text[i]);
            lower |= Characters.isLetter(text[i]) && !Characters.isUpper(text[i]);
        }
        return end - start == LENGTH && upper && lower;
    }

    /** Whether a part of the run is no word. */
    static boolean isRandom(char[] text, int start, int end) {
        int part = start;
        for (int i = start; i <= end; i++) {
            char c = i == end ? '/' : text[i];
            if (c == '+') {
                return true;
            }
            if (c == '/' || c == '_' || c == '-' || c == '=' || c == '.' || c == ':') {
                if (!isWord(text, part, i) || hasShapeOfSecretKey(text, part, i)) {
                    return true;
                }
                part = i + 1;
            }
        }
        return false;
    }

    /** Words, in any style of writing them together, numbers, ids of hexadecimal digits, and what is short. */
    private static boolean isWord(char[] text, int start, int end) {
        int size = end - start;
        if (size <= Redaction.SHORTEST_SECRET) {
            return true;
        }
        int uppers = 0;
        int digits = 0;
        int lowerHex = 0;
        int changes = 0; // between small letter, capital and digit
        int switches = 0; // between letter and digit
        for (int i = start; i < end; i++) {
            char c = text[i];
            uppers += Characters.isUpper(c) ? 1 : 0;
            digits += Characters.isDigit(c) ? 1 : 0;
            lowerHex += !Characters.isUpper(c) && Characters.hex(c) >= 0 ? 1 : 0;
            if (i > start) {
                char before = text[i - 1];
                switches += Characters.isDigit(c) != Characters.isDigit(before) ? 1 : 0;
                changes += Characters.isDigit(c) != Characters.isDigit(before)
                                || Characters.isUpper(c) != Characters.isUpper(before)
                        ? 1
                        : 0;
            }
        }
        boolean oneCase = uppers == 0 || uppers == size - digits;
        if (size <= SHORT_PART) {
            return oneCase || switches <= 2;
        }
        if (digits == size || lowerHex == size) {
            return size <= 20;
        }
        return switches <= 2 && (oneCase || (uppers * 5 <= size * 2 && changes * 100 <= size * 42));
    }
}
