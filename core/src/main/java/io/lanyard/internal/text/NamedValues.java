// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.Arrays;

/**
 * Hides the values of names such as {@code SecretAccessKey}, in JSON, INI, XML, URLs or Go's {@code %v}.
 *
 * <p>Each {@code :}, {@code =} and {@code >} may separate a name from its value. Where the letters before it are such a
 * name, the value after it is hidden: up to the closing quote or bracket, or else to the end of the word.
 */
final class NamedValues {

    /** Names whose value is hidden in every notation. Lower case, letters only. */
    private static final String[] STRONG_NAMES = {
        "secretaccesskey", "secretkey", "sessiontoken", "securitytoken", "password", "passwd", "apikey", "privatekey"
    };

    /** Names whose value is hidden unless the text is a sentence, such as {@code token: expired}. */
    private static final String[] WEAK_NAMES = {"token", "secret", "authorization", "signature", "svcuid"};

    private static final int LOOK_BACK = 32;

    private final DecodedText decoded;
    private final char[] text;
    private final int length;
    private final boolean[] hidden;

    NamedValues(DecodedText decoded, boolean[] hidden) {
        this.decoded = decoded;
        this.text = decoded.chars;
        this.length = decoded.length;
        this.hidden = hidden;
    }

    void hide() {
        int i = 0;
        while (i < length) {
            char c = text[i];
            i = c == ':' || c == '=' || c == '>' ? Math.max(i + 1, hideValue(i)) : i + 1;
        }
    }

    /** Hides the value after the separator where its name is secret, and returns where the search continues. */
    private int hideValue(int separator) {
        int end = separator;
        boolean quoted = false;
        while (end > 0 && separator - end < 4 && isPadding(text[end - 1])) {
            quoted |= text[--end] != ' ';
        }
        boolean strong = isNamed(end, STRONG_NAMES);
        if (!strong && (!isNamed(end, WEAK_NAMES) || (text[separator] == ':' && !quoted && isInArn(end)))) {
            return separator;
        }
        int start = separator + 1;
        boolean spaced = false;
        while (start < length && text[start] == ' ') {
            start++;
            spaced = true;
        }
        while (start < length && text[start] == '\\') {
            start++;
        }
        if (start == length) {
            return start;
        }
        int stop;
        char first = text[start];
        if (first == '"' || first == '\'') {
            stop = closing(start);
            start++;
        } else if (first == '[' || first == '{') {
            stop = start;
            while (stop < length && text[stop] != ']' && text[stop] != '}') {
                stop++;
            }
            stop = Math.min(length, stop + 1);
        } else {
            stop = decoded.endOfWord(start, text[separator] == '>');
            int word = stop - start;
            if ((decoded.is(start, word, "bearer") || decoded.is(start, word, "basic")) && stop < length) {
                stop = decoded.endOfWord(stop + 1, false);
            } else if (!strong && !quoted && text[separator] == ':' && isSentence(spaced, start, stop)) {
                return separator;
            }
        }
        Arrays.fill(hidden, start, Math.max(start, stop), true);
        return stop;
    }

    private boolean isPadding(char c) {
        return c == ' ' || c == '"' || c == '\'' || c == '\\';
    }

    /** Whether the letters before the index are one of the names, with or without separators between its words. */
    private boolean isNamed(int end, String[] names) {
        for (String name : names) {
            int left = name.length();
            for (int i = end - 1; left > 0 && i >= 0 && end - i <= LOOK_BACK; i--) {
                char c = text[i];
                if (c == '_' || c == '-' || c == ' ' || c == '.') {
                    continue;
                }
                if (Characters.lower(c) != name.charAt(left - 1)) {
                    break;
                }
                left--;
            }
            if (left == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isInArn(int end) {
        int start = end;
        while (start > 0 && end - start < LOOK_BACK && Characters.isLetter(text[start - 1])) {
            start--;
        }
        return start > 0 && text[start - 1] == ':';
    }

    /** Whether the word after {@code token: } belongs to a sentence. */
    private boolean isSentence(boolean spaced, int start, int stop) {
        if (!spaced) {
            return false;
        }
        boolean digits = false;
        for (int i = start; i < stop; i++) {
            digits |= Characters.isDigit(text[i]) || text[i] == '+' || text[i] == '=';
        }
        return !(digits && stop - start >= 6) && !Keys.isRandom(text, start, stop);
    }

    /** Returns where the quoted text that begins at the index ends. A quote with more backslashes does not end it. */
    private int closing(int start) {
        int depth = decoded.from[start + 1] - decoded.from[start];
        for (int i = start + 1; i < length; i++) {
            if (text[i] == text[start] && decoded.from[i + 1] - decoded.from[i] <= depth) {
                return i;
            }
        }
        return length;
    }
}
