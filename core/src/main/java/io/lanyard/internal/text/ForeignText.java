// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cleans foreign text (of an agent, a service, an SDK, a process or a file) before a person reads it in a message, a
 * log line or a report.
 *
 * <p>{@link Redaction} makes five passes:
 *
 * <ol>
 *   <li><b>Bound</b> the text to its first 8 KiB.
 *   <li><b>Make it visible</b> ({@link Characters}). Controls, line and paragraph separators become spaces. Characters
 *       without a shape (direction, zero width, variation selectors, unassigned ones) are removed, so that they cannot
 *       divide a secret.
 *   <li><b>Decode</b> JSON and percent escapes ({@link DecodedText}), to find what they hide. The result keeps them.
 *   <li><b>Redact</b> every part of twelve or more characters of a known secret ({@link RollingHashes}); the value
 *       after a name such as {@code SecretAccessKey} ({@link NamedValues}); JSON web tokens, runs of forty or more
 *       characters that look like a key, and the query and user info of a URL ({@link Keys}). Access key ids, ARNs,
 *       request ids, role names and URLs without a query stay readable.
 *   <li><b>Cut</b> to the limit, never inside a surrogate pair.
 * </ol>
 *
 * <p>The time is proportional to the bounded length of the text plus the length of the known secrets: matching uses
 * rolling hashes, and no look back or ahead is unbounded.
 *
 * <p>This is a net below the rule that secrets are not put into texts. It misses a secret in pieces of fewer than
 * twelve characters, or in an encoding that it does not decode, unless the pieces look like keys.
 *
 * <p>Safe for use by any thread.
 */
public final class ForeignText {

    /** The longest text that is quoted, in characters. */
    public static final int LIMIT = 512;

    /** A failure of Lanyard may list several sources. */
    private static final int SUMMARY_LIMIT = 4 * LIMIT;

    /** The shortest part of a secret that is hidden: a shorter one reveals nothing. */
    public static final int SECRET_PART = 12;

    /** The longest name in IAM. */
    static final int LONGEST_NAME = 64;

    private static final int ID_LIMIT = 128;
    private static final int MOST_CAUSES = 64;
    private static final String REMEDY = "remedy:";

    private ForeignText() {}

    /**
     * Cleans a text.
     *
     * @param text the foreign text
     * @return one line of at most {@value #LIMIT} characters
     */
    public static String clean(String text) {
        return clean(text, List.of(), LIMIT);
    }

    /**
     * Cleans a text and hides what it repeats of known secrets.
     *
     * @param text the foreign text
     * @param secrets the secrets that its author knows, for example the token that was sent
     * @param limit the longest result
     * @return one line of at most {@code limit} characters
     */
    public static String clean(String text, Collection<String> secrets, int limit) {
        return new Redaction(text, secrets).result(limit).strip();
    }

    /**
     * Cleans a text and puts it into quotes, so that readers do not take it for Lanyard's own. It contains no double
     * quote and introduces no remedy.
     *
     * @param text the foreign text
     * @param secrets the secrets that its author knows
     * @return the text in double quotes
     */
    public static String quote(String text, Collection<String> secrets) {
        return '"' + withoutRemedy(clean(text, secrets, LIMIT)).replace('"', '\'') + '"';
    }

    /**
     * Cleans a text for a sentence of Lanyard's that does not quote it. It introduces no remedy.
     *
     * @param text the foreign text
     * @param secrets the secrets that its author knows
     * @return one line of at most {@value #LIMIT} characters
     */
    public static String phrase(String text, Collection<String> secrets) {
        return withoutRemedy(clean(text, secrets, LIMIT));
    }

    /**
     * Returns whether a text repeats a part of a secret.
     *
     * @param text any text
     * @param secrets the secrets
     * @param part how many characters in a row count as a part
     * @return true when it contains such a part of one of them, or the whole of a shorter one
     */
    public static boolean repeats(String text, Collection<String> secrets, int part) {
        Redaction redaction = new Redaction(text);
        for (String secret : secrets) {
            redaction.hideKnown(Characters.visible(secret), part);
        }
        for (boolean hidden : redaction.hidden) {
            if (hidden) {
                return true;
            }
        }
        return text.length() > Redaction.INPUT_LIMIT;
    }

    /**
     * Cleans the summary of one of Lanyard's failures, which may list several sources.
     *
     * @param summary the summary
     * @return one line
     */
    public static String summary(String summary) {
        return clean(summary, List.of(), SUMMARY_LIMIT);
    }

    /**
     * Describes a foreign failure on one line: its cleaned message, or the name of its class where it has none.
     *
     * @param failure any failure
     * @return its text, fit for a log line
     */
    public static String message(Throwable failure) {
        String message = rawMessage(failure);
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : phrase(message, List.of());
    }

    /**
     * Returns whether cleaning would change nothing in the messages of a failure, its causes and its suppressed
     * exceptions, so that it can be the cause of a failure of Lanyard's.
     *
     * @param failure any failure
     * @param secrets the secrets that must not be in it
     * @return true when it is clean
     */
    public static boolean isClean(Throwable failure, Collection<String> secrets) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> left = new ArrayDeque<>(List.of(failure));
        while (!left.isEmpty()) {
            Throwable next = left.remove();
            if (!seen.add(next)) {
                continue;
            }
            String message = rawMessage(next);
            if (seen.size() > MOST_CAUSES || (message != null && !isClean(message, secrets))) {
                return false;
            }
            left.addAll(Arrays.asList(next.getSuppressed()));
            if (next.getCause() != null) {
                left.add(next.getCause());
            }
        }
        return true;
    }

    private static boolean isClean(String text, Collection<String> secrets) {
        return text.length() <= Redaction.INPUT_LIMIT
                && new Redaction(text, secrets).result(Redaction.INPUT_LIMIT).equals(text);
    }

    /**
     * Returns a text if it looks like an error code or an id: ASCII letters, digits, {@code . _ - :}, at most 128 of
     * them, and nothing in it to hide.
     *
     * @param text a foreign code or id, or null
     * @param secrets the secrets that its author knows
     * @return the text, or null when it does not look like one
     */
    public static @Nullable String idOrNull(@Nullable String text, Collection<String> secrets) {
        if (text == null || text.isEmpty() || text.length() > ID_LIMIT) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Characters.isLetter(c) && !Characters.isDigit(c) && c != '.' && c != '_' && c != '-' && c != ':') {
                return null;
            }
        }
        return isClean(text, secrets) ? text : null;
    }

    /**
     * Returns a text if it looks like an error code: an id, or a status with its phrase, such as {@code 500
     * Internal Server Error}.
     *
     * @param text a foreign code, or null
     * @param secrets the secrets that its author knows
     * @return the text, or null when it does not look like one
     */
    public static @Nullable String codeOrNull(@Nullable String text, Collection<String> secrets) {
        if (text == null || text.length() < 5 || text.length() > LONGEST_NAME || text.charAt(3) != ' ') {
            return idOrNull(text, secrets);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (i < 3 ? !Characters.isDigit(c) : !Characters.isLetter(c) && c != ' ') {
                return null;
            }
        }
        return isClean(text, secrets) ? text : null;
    }

    /**
     * Makes a text visible: controls and separators become spaces, and characters without a shape are removed.
     *
     * @param text any text
     * @return one line
     */
    public static String visible(String text) {
        return Characters.visible(text);
    }

    /** Removes the colon of every "Remedy:": only Lanyard introduces a remedy. */
    private static String withoutRemedy(String text) {
        StringBuilder out = null;
        for (int i = 0; i + REMEDY.length() <= text.length(); i++) {
            if (text.regionMatches(true, i, REMEDY, 0, REMEDY.length())) {
                out = out == null ? new StringBuilder(text) : out;
                out.setCharAt(i + REMEDY.length() - 1, ' ');
            }
        }
        return out == null ? text : out.toString();
    }

    private static @Nullable String rawMessage(Throwable failure) {
        try {
            return failure.getLocalizedMessage();
        } catch (RuntimeException e) { // the exception is foreign code
            return null;
        }
    }
}
