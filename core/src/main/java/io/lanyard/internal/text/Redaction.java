// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.Collection;

/** The cleaning of one text: bounded, made visible, and read with its escapes undone; then what is secret is hidden. */
final class Redaction {

    static final int INPUT_LIMIT = 16 * ForeignText.LIMIT;

    /** A token that is shorter is none that a real agent gave out, and stands in any text by chance. */
    static final int SHORTEST_SECRET = 4;

    private static final String REDACTED = "[redacted]";

    private final String raw;
    private final PlainText plain;
    private final char[] text;
    private final int length;
    final boolean[] hidden;

    Redaction(String given) {
        raw = bounded(given);
        plain = new PlainText(raw);
        text = plain.chars;
        length = plain.length;
        hidden = new boolean[length];
    }

    Redaction(String given, Collection<String> secrets) {
        this(given);
        for (String secret : secrets) {
            hideKnown(Characters.visible(secret), ForeignText.TELLING_PART);
        }
        new NamedValues(plain, hidden).hide();
        new Keys(plain, hidden).hide();
    }

    private static String bounded(String given) {
        if (given.length() <= INPUT_LIMIT) {
            return Characters.visible(given);
        }
        int end = INPUT_LIMIT;
        // what the cut would leave of a key is not known to be one any longer
        while (end > INPUT_LIMIT - 2 * Keys.LENGTH && Keys.isRun(given.charAt(end - 1))) {
            end--;
        }
        return Characters.visible(given.substring(0, end));
    }

    String result(int limit) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < length) {
            boolean hides = hidden[i];
            int end = i + 1;
            while (hides && end < length && hidden[end]) {
                end++;
            }
            if (!hides && Character.isHighSurrogate(text[i]) && end < length && !hidden[end]) {
                end++;
            }
            int size = hides ? REDACTED.length() : plain.from[end] - plain.from[i];
            if (out.length() + size > limit) {
                break;
            }
            if (hides) {
                out.append(REDACTED);
            } else {
                out.append(raw, plain.from[i], plain.from[end]);
            }
            i = end;
        }
        return out.toString();
    }

    void hideKnown(String secret, int part) {
        if (secret.length() < SHORTEST_SECRET) {
            return;
        }
        PlainText other = new PlainText(secret);
        int size = Math.min(part, other.length);
        if (size >= SHORTEST_SECRET) {
            new Stretches(text, length, size).mark(text, length, other.chars, other.length, hidden);
        }
        if (plain.hasEscapes(raw) || other.hasEscapes(secret)) {
            // what looks like an escape may be none
            char[] chars = raw.toCharArray();
            boolean[] inRaw = new boolean[chars.length];
            int rawSize = Math.min(part, secret.length());
            new Stretches(chars, chars.length, rawSize)
                    .mark(chars, chars.length, secret.toCharArray(), secret.length(), inRaw);
            for (int i = 0; i < length; i++) {
                for (int j = plain.from[i]; j < plain.from[i + 1]; j++) {
                    hidden[i] |= inRaw[j];
                }
            }
        }
    }
}
