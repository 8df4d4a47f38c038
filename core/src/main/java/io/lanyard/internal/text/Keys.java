// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.Arrays;

/**
 * Hides what looks like a secret without a name: JSON web tokens, keys, and the user info and query of a URL.
 *
 * <p>A key is a run of forty or more characters of Base64 that is not made of words. Its parts between {@code /},
 * {@code -}, {@code _} and {@code =} are judged one by one: a word has one case or few changes of case, and letters and
 * digits in blocks. A run in an ARN stays readable while its parts are not longer than a name in IAM.
 */
final class Keys {

    /** AWS secret access keys have 40 characters; session tokens and hashes have more. */
    static final int SECRET_KEY = 40;

    private static final int SHORTEST_WEB_TOKEN = 16;

    /** A part up to this length is a word unless it mixes cases and digits; the suffix of a pod's name does not. */
    private static final int SHORT_PART = 12;

    private final DecodedText decoded;
    private final char[] text;
    private final int length;
    private final boolean[] hidden;

    Keys(DecodedText decoded, boolean[] hidden) {
        this.decoded = decoded;
        this.text = decoded.chars;
        this.length = decoded.length;
        this.hidden = hidden;
    }

    static boolean isOfKey(char c) {
        return Characters.isLetter(c)
                || Characters.isDigit(c)
                || c == '+'
                || c == '/'
                || c == '='
                || c == '_'
                || c == '-';
    }

    void hide() {
        int word = 0; // where the current word begins
        boolean path = false; // whether the word has a slash so far
        int authority = -1; // where the authority of a URL begins in it
        int i = 0;
        while (i < length) {
            char c = text[i];
            if (!isOfKey(c)) {
                if (c == ' ' || c == '"' || c == '\'' || c == '(' || c == ',' || c == '<') {
                    word = i + 1;
                    path = false;
                    authority = -1;
                } else if (c == '@' && authority >= 0) {
                    Arrays.fill(hidden, authority, i, true);
                    authority = -1;
                } else if (c == '?' && path) {
                    int end = decoded.endOfWord(i + 1, true);
                    Arrays.fill(hidden, i + 1, end, true);
                    i = end;
                    continue;
                }
                i++;
                continue;
            }
            int end = i;
            while (end < length && isOfKey(text[end])) {
                path |= text[end] == '/';
                end++;
            }
            if (i > 0 && text[i - 1] == ':' && end - i >= 2 && text[i] == '/' && text[i + 1] == '/') {
                authority = i + 2;
            }
            int web = webToken(i, end);
            if (web > i) {
                end = web;
            } else if (end - i >= SECRET_KEY
                    && !(isArn(word) && hasNames(i, end))
                    && (isRandom(text, i, end) || hasShapeOfSecretKey(text, i, end))) {
                Arrays.fill(hidden, i, end, true);
            }
            i = end;
        }
    }

    /** Hides the JSON web token that begins in the run, and returns where it ends; the start where there is none. */
    private int webToken(int start, int end) {
        for (int i = start; i + 3 <= end; i++) {
            boolean first = i == start || "/=_-+".indexOf(text[i - 1]) >= 0;
            if (first && text[i] == 'e' && text[i + 1] == 'y' && text[i + 2] == 'J') {
                int stop = end;
                while (stop < length && (isOfKey(text[stop]) || text[stop] == '.')) {
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
        return word + 7 <= length && decoded.is(word, 7, "arn:aws");
    }

    /** Whether the parts of a path are not longer than names. */
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

    /** Whether it is forty characters of mixed case: a secret access key with few digits looks like joined words. */
    private static boolean hasShapeOfSecretKey(char[] text, int start, int end) {
        boolean upper = false;
        boolean lower = false;
        for (int i = start; i < end; i++) {
            upper |= Characters.isUpper(text[i]);
            lower |= Characters.isLetter(text[i]) && !Characters.isUpper(text[i]);
        }
        return end - start == SECRET_KEY && upper && lower;
    }

    /** Whether a part of the run is not a word. */
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

    /** Whether a part is short, a number, an id of hexadecimal digits, or words joined in any style. */
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
