// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.Collection;

/**
 * The cleaning of one text: bounds it, makes it visible, decodes it, and marks what is secret in {@link #hidden};
 * {@link #result} writes the raw text with {@code [redacted]} in place of what is marked.
 */
final class Redaction {

    static final int INPUT_LIMIT = 16 * ForeignText.LIMIT;

    /** A shorter token is not a real one, and occurs in any text by chance. */
    static final int SHORTEST_SECRET = 4;

    private static final String REDACTED = "[redacted]";

    private final String raw;
    private final DecodedText decoded;
    private final char[] text;
    private final int length;

    /** Which characters of the decoded text are secret. */
    final boolean[] hidden;

    /** Hides nothing yet. */
    Redaction(String given) {
        raw = bounded(given);
        decoded = new DecodedText(raw);
        text = decoded.chars;
        length = decoded.length;
        hidden = new boolean[length];
    }

    /** Hides what the text repeats of the secrets, and what looks like a secret. */
    Redaction(String given, Collection<String> secrets) {
        this(given);
        for (String secret : secrets) {
            hideKnown(Characters.visible(secret), ForeignText.SECRET_PART);
        }
        new NamedValues(decoded, hidden).hide();
        new Keys(decoded, hidden).hide();
    }

    private static String bounded(String given) {
        if (given.length() <= INPUT_LIMIT) {
            return Characters.visible(given);
        }
        int end = INPUT_LIMIT;
        // a key that is cut would not be recognised any more
        while (end > INPUT_LIMIT - 2 * Keys.SECRET_KEY && Keys.isOfKey(given.charAt(end - 1))) {
            end--;
        }
        return Characters.visible(given.substring(0, end));
    }

    /** Returns the text, cut at the limit but inside no surrogate pair and no {@code [redacted]}. */
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
            int size = hides ? REDACTED.length() : decoded.from[end] - decoded.from[i];
            if (out.length() + size > limit) {
                break;
            }
            if (hides) {
                out.append(REDACTED);
            } else {
                out.append(raw, decoded.from[i], decoded.from[end]);
            }
            i = end;
        }
        return out.toString();
    }

    /** Hides every part of a secret that has at least this length, and a secret that is shorter. */
    void hideKnown(String secret, int part) {
        if (secret.length() < SHORTEST_SECRET) {
            return;
        }
        DecodedText other = new DecodedText(secret);
        int size = Math.min(part, other.length);
        if (size >= SHORTEST_SECRET) {
            new RollingHashes(text, length, size).mark(other.chars, other.length, hidden);
        }
        if (decoded.hasEscapes(raw) || other.hasEscapes(secret)) {
            // what looks like an escape may not be one, so the raw texts are compared too
            boolean[] inRaw = new boolean[raw.length()];
            new RollingHashes(raw.toCharArray(), raw.length(), Math.min(part, secret.length()))
                    .mark(secret.toCharArray(), secret.length(), inRaw);
            for (int i = 0; i < length; i++) {
                for (int j = decoded.from[i]; j < decoded.from[i + 1]; j++) {
                    hidden[i] |= inRaw[j];
                }
            }
        }
    }
}
