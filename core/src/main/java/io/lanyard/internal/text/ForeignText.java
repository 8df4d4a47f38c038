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
 * Cleans text that others wrote (an agent, a service, an SDK, a process, a file) before a person reads it in a message,
 * a log line or a report.
 *
 * <p>Four steps, each a single pass:
 *
 * <ol>
 *   <li><b>Bound.</b> Only the first 8 KiB are looked at, whatever was given.
 *   <li><b>Make visible.</b> Controls, line and paragraph separators become spaces. Characters without a shape
 *       (direction, zero width, variation selectors, unassigned ones) are removed, so that they cannot divide a secret.
 *   <li><b>Redact.</b> The text is read with its JSON and percent escapes undone. Hidden are: every stretch of twelve or
 *       more characters that also stands in a known secret; the value after a name such as {@code SecretAccessKey}, in
 *       JSON, INI, XML, URLs or Go's {@code %v}; a JSON web token; a run of forty or more characters that looks like a
 *       key, that is, whose parts are not words; the query and the user info of a URL. Access key ids, ARNs, request
 *       ids, role names and URLs without a query stay readable.
 *   <li><b>Cut</b> to the limit, never inside a surrogate pair.
 * </ol>
 *
 * <p>The time is proportional to the text's bounded length plus the length of the known secrets: matching is by rolling
 * hashes, and every look back or ahead is bounded or skips what it has seen.
 *
 * <p>This is a net below the rule that secrets are not put into texts. It does not find a secret that comes in pieces of
 * fewer than twelve characters, or encoded in a way that it does not undo, unless the pieces look like keys.
 *
 * <p>Safe for use by any thread.
 */
public final class ForeignText {

    /** The longest text that is repeated. */
    public static final int LIMIT = 512;

    /** A failure of ours may list several sources. */
    private static final int SUMMARY_LIMIT = 4 * LIMIT;

    /** A part of a secret that is shorter gives nothing away. */
    public static final int TELLING_PART = 12;

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
     * Cleans a text, and hides what it repeats of known secrets.
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
     * Cleans a text and puts it into quotes, so that a reader can tell it from what Lanyard says. It holds no double
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
     * Cleans a text that stands in a sentence of Lanyard's without quotes. It introduces no remedy.
     *
     * @param text the foreign text
     * @param secrets the secrets that its author knows
     * @return one line of at most {@value #LIMIT} characters
     */
    public static String phrase(String text, Collection<String> secrets) {
        return withoutRemedy(clean(text, secrets, LIMIT));
    }

    /**
     * Whether a text repeats a part of a secret.
     *
     * @param text any text
     * @param secrets the secrets
     * @param part how many characters in a row are a part that tells something
     * @return true when it has such a part of one of them, or the whole of a shorter one
     */
    public static boolean repeats(String text, Collection<String> secrets, int part) {
        Redaction pass = new Redaction(text);
        for (String secret : secrets) {
            pass.hideKnown(Characters.visible(secret), part);
        }
        for (boolean hidden : pass.hidden) {
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
     * Whether nothing would be removed from what a failure, its causes and its suppressed exceptions print, so that it
     * can be the cause of a failure of ours.
     *
     * @param failure any failure
     * @param secrets the secrets that must not be in it
     * @return true when it can be shown as it is
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
     * Gives a text back if it looks like an error code or an id: ASCII letters, digits, {@code . _ - :}, at most 128 of
     * them, and nothing in it to hide.
     *
     * @param text a foreign code or id, or null
     * @param secrets the secrets that its author knows
     * @return the same, or null when it does not look so
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
     * Gives a text back if it looks like an error code: as an id, or a status with its phrase, such as {@code 500
     * Internal Server Error}.
     *
     * @param text a foreign code, or null
     * @param secrets the secrets that its author knows
     * @return the same, or null when it does not look so
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
     * Removes what cannot be seen: controls and separators become spaces, characters without a shape vanish.
     *
     * @param text any text
     * @return one line
     */
    public static String visible(String text) {
        return Characters.visible(text);
    }

    /** Takes the colon from every "Remedy:", which only a text of ours may introduce. */
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
        } catch (RuntimeException e) { // foreign code too
            return null;
        }
    }
}
