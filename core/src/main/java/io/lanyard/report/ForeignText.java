// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import io.lanyard.CredentialsException;
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

    private static final int INPUT_LIMIT = 16 * LIMIT;

    /** A part of a secret that is shorter gives nothing away. */
    public static final int TELLING_PART = 12;

    /** A token that is shorter is none that a real agent gave out, and stands in any text by chance. */
    private static final int SHORTEST_SECRET = 4;

    /** AWS secret access keys have 40 characters; session tokens and hashes have more. */
    private static final int KEY_LENGTH = 40;

    private static final int SHORTEST_WEB_TOKEN = 16;

    /** A part of a run that is as short is a word unless it mixes cases and digits; a pod's suffix does not. */
    private static final int SHORT_PART = 12;

    /** The longest name in IAM. */
    private static final int LONGEST_NAME = 64;

    private static final int LOOK_BACK = 32;
    private static final int ID_LIMIT = 128;
    private static final int MOST_CAUSES = 64;
    private static final long PRIME = 0x100000001b3L;
    private static final String REDACTED = "[redacted]";
    private static final String REMEDY = "remedy:";

    /** The value after one of these is hidden in every notation. Lower case, letters only. */
    private static final String[] STRONG_NAMES = {
        "secretaccesskey", "secretkey", "sessiontoken", "securitytoken", "password", "passwd", "apikey", "privatekey"
    };

    /** The value after one of these is hidden unless the text is a sentence. */
    private static final String[] WEAK_NAMES = {"token", "secret", "authorization", "signature", "svcuid"};

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
        return new Pass(text, secrets).result(limit).strip();
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
        Pass pass = new Pass(text);
        for (String secret : secrets) {
            pass.hideKnown(visible(secret), part);
        }
        for (boolean hidden : pass.hidden) {
            if (hidden) {
                return true;
            }
        }
        return text.length() > INPUT_LIMIT;
    }

    /**
     * Describes a failure on one line: for one of ours, or one that is caused by one of ours, what happened without the
     * remedy; for any other its cleaned message, or the name of its class where it has none.
     *
     * @param failure any failure
     * @return its text, fit for a log line
     */
    public static String of(Throwable failure) {
        CredentialsException ours = CredentialsException.in(failure).orElse(null);
        if (ours != null) {
            return clean(ours.summary(), List.of(), SUMMARY_LIMIT);
        }
        String message = message(failure);
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
            String message = message(next);
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
        return text.length() <= INPUT_LIMIT
                && new Pass(text, secrets).result(INPUT_LIMIT).equals(text);
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
            if (!isLetter(c) && !isDigit(c) && c != '.' && c != '_' && c != '-' && c != ':') {
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
            if (i < 3 ? !isDigit(c) : !isLetter(c) && c != ' ') {
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
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f) {
                line.append(c);
                continue;
            }
            int point = text.codePointAt(i);
            if (point > 0xffff) {
                i++;
            }
            switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SPACE_SEPARATOR -> line.append(' ');
                case Character.FORMAT, Character.UNASSIGNED, Character.PRIVATE_USE -> {}
                case Character.SURROGATE -> line.append('?');
                default -> {
                    if (!isShapeless(point)) {
                        line.appendCodePoint(point);
                    }
                }
            }
        }
        return line.toString();
    }

    /** Letters and marks by their type that are shown as nothing. */
    private static boolean isShapeless(int point) {
        return point == 0x34f
                || point == 0x115f
                || point == 0x1160
                || point == 0x17b4
                || point == 0x17b5
                || (point >= 0x180b && point <= 0x180f)
                || point == 0x3164
                || (point >= 0xfe00 && point <= 0xfe0f)
                || point == 0xffa0
                || (point >= 0xe0100 && point <= 0xe01ef);
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

    private static @Nullable String message(Throwable failure) {
        try {
            return failure.getLocalizedMessage();
        } catch (RuntimeException e) { // foreign code too
            return null;
        }
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static char lower(char c) {
        return isUpper(c) ? (char) (c + ('a' - 'A')) : c;
    }

    private static int hex(char c) {
        char l = lower(c);
        return isDigit(c) ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
    }

    /** A text with its escapes undone, and for each character where it stood. */
    private static final class Plain {
        private final char[] chars;
        private final int[] from;
        private final int length;

        Plain(String raw) {
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
                        next++; // text that was escaped several times has several
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

        private static int number(String raw, int start, int digits) {
            int number = 0;
            for (int i = start; i < start + digits; i++) {
                int digit = i < raw.length() ? hex(raw.charAt(i)) : -1;
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
    }

    /** The stretches of a text that have a fixed length, by their hashes. */
    private static final class Stretches {
        private final int size;
        private final long lead; // what the character that leaves a window counts for
        private final long[] sorted;

        Stretches(char[] text, int length, int size) {
            this.size = size;
            long lead = 1;
            for (int i = 1; i < size; i++) {
                lead *= PRIME;
            }
            this.lead = lead;
            long[] hashes = new long[Math.max(0, length - size + 1)];
            long hash = 0;
            for (int i = 0; i < length; i++) {
                hash = roll(hash, text, i);
                if (i >= size - 1) {
                    hashes[i - size + 1] = hash;
                }
            }
            Arrays.sort(hashes);
            this.sorted = hashes;
        }

        private long roll(long hash, char[] text, int i) {
            long without = i >= size ? hash - lead * value(text[i - size]) : hash;
            return without * PRIME + value(text[i]);
        }

        /** Spread, so that neighbouring letters do not cancel each other out. */
        private static long value(char c) {
            long x = (lower(c) + 1) * 0x9e3779b97f4a7c15L;
            return x ^ (x >>> 29);
        }

        /** Marks every stretch of the text that the other text has too. */
        void mark(char[] text, int length, char[] other, int otherLength, boolean[] hidden) {
            boolean[] found = new boolean[sorted.length];
            boolean any = false;
            long hash = 0;
            for (int i = 0; i < otherLength; i++) {
                hash = roll(hash, other, i);
                int at = i >= size - 1 ? first(hash) : -1;
                if (at >= 0) {
                    found[at] = true;
                    any = true;
                }
            }
            hash = 0;
            int marked = 0;
            for (int i = 0; any && i < length; i++) {
                hash = roll(hash, text, i);
                int at = i >= size - 1 ? first(hash) : -1;
                if (at >= 0 && found[at]) {
                    int start = Math.max(marked, i - size + 1);
                    Arrays.fill(hidden, start, i + 1, true);
                    marked = i + 1;
                }
            }
        }

        /** The first of equal hashes, so that each is found by one index; -1 when there is none. */
        private int first(long hash) {
            int low = 0;
            int high = sorted.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (sorted[middle] < hash) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low < sorted.length && sorted[low] == hash ? low : -1;
        }
    }

    /** The cleaning of one text. */
    private static final class Pass {
        private final String raw;
        private final Plain plain;
        private final char[] text;
        private final int length;
        private final boolean[] hidden;

        Pass(String given) {
            raw = bounded(given);
            plain = new Plain(raw);
            text = plain.chars;
            length = plain.length;
            hidden = new boolean[length];
        }

        Pass(String given, Collection<String> secrets) {
            this(given);
            for (String secret : secrets) {
                hideKnown(visible(secret), TELLING_PART);
            }
            hideNamed();
            hideRuns();
        }

        private static String bounded(String given) {
            if (given.length() <= INPUT_LIMIT) {
                return visible(given);
            }
            int end = INPUT_LIMIT;
            // what the cut would leave of a key is not known to be one any longer
            while (end > INPUT_LIMIT - 2 * KEY_LENGTH && isRun(given.charAt(end - 1))) {
                end--;
            }
            return visible(given.substring(0, end));
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

        // ---- what is known

        private void hideKnown(String secret, int part) {
            if (secret.length() < SHORTEST_SECRET) {
                return;
            }
            Plain other = new Plain(secret);
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

        // ---- what has a name

        private void hideNamed() {
            int i = 0;
            while (i < length) {
                char c = text[i];
                i = c == ':' || c == '=' || c == '>' ? Math.max(i + 1, hideValue(i)) : i + 1;
            }
        }

        /** Hides what the separator gives a value to, and returns where to go on. */
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
                stop = endOfWord(start, text[separator] == '>');
                int word = stop - start;
                if ((is(start, word, "bearer") || is(start, word, "basic")) && stop < length) {
                    stop = endOfWord(stop + 1, false);
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

        /** Whether the letters before the index are one of the names, whatever stands between its words. */
        private boolean isNamed(int end, String[] names) {
            for (String name : names) {
                int left = name.length();
                for (int i = end - 1; left > 0 && i >= 0 && end - i <= LOOK_BACK; i--) {
                    char c = text[i];
                    if (c == '_' || c == '-' || c == ' ' || c == '.') {
                        continue;
                    }
                    if (lower(c) != name.charAt(left - 1)) {
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
            while (start > 0 && end - start < LOOK_BACK && isLetter(text[start - 1])) {
                start--;
            }
            return start > 0 && text[start - 1] == ':';
        }

        /** Whether the word after "token: " is one of a sentence. */
        private boolean isSentence(boolean spaced, int start, int stop) {
            if (!spaced) {
                return false;
            }
            boolean digits = false;
            for (int i = start; i < stop; i++) {
                digits |= isDigit(text[i]) || text[i] == '+' || text[i] == '=';
            }
            return !(digits && stop - start >= 6) && !isRandom(start, stop);
        }

        /** Where the quoted text ends that begins at the index. A quote that is escaped deeper does not end it. */
        private int closing(int start) {
            int depth = plain.from[start + 1] - plain.from[start];
            for (int i = start + 1; i < length; i++) {
                if (text[i] == text[start] && plain.from[i + 1] - plain.from[i] <= depth) {
                    return i;
                }
            }
            return length;
        }

        private int endOfWord(int start, boolean xml) {
            int end = start;
            while (end < length && " \"',;)]}".indexOf(text[end]) < 0 && !(xml && text[end] == '<')) {
                end++;
            }
            return end;
        }

        private boolean is(int start, int size, String word) {
            if (size != word.length()) {
                return false;
            }
            for (int i = 0; i < size; i++) {
                if (lower(text[start + i]) != word.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        // ---- what looks like a key

        private static boolean isRun(char c) {
            return isLetter(c) || isDigit(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
        }

        private void hideRuns() {
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
                        int end = endOfWord(i + 1, true);
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
                } else if (end - i >= KEY_LENGTH
                        && !(isArn(word) && hasNames(i, end))
                        && (isRandom(i, end) || hasShapeOfSecretKey(i, end))) {
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
            return word + 7 <= length && is(word, 7, "arn:aws");
        }

        private boolean hasNames(int start, int end) {
            int part = start;
            for (int i = start; i <= end; i++) {
                if (i == end || text[i] == '/') {
                    if (i - part > LONGEST_NAME) {
                        return false;
                    }
                    part = i + 1;
                }
            }
            return true;
        }

        /** Forty characters of mixed case: a secret access key that has few digits looks like words written together. */
        private boolean hasShapeOfSecretKey(int start, int end) {
            boolean upper = false;
            boolean lower = false;
            for (int i = start; i < end; i++) {
                upper |= isUpper(text[i]);
                lower |= isLetter(text[i]) && !isUpper(text[i]);
            }
            return end - start == KEY_LENGTH && upper && lower;
        }

        /** Whether a part of the run is no word. */
        private boolean isRandom(int start, int end) {
            int part = start;
            for (int i = start; i <= end; i++) {
                char c = i == end ? '/' : text[i];
                if (c == '+') {
                    return true;
                }
                if (c == '/' || c == '_' || c == '-' || c == '=' || c == '.' || c == ':') {
                    if (!isWord(part, i) || hasShapeOfSecretKey(part, i)) {
                        return true;
                    }
                    part = i + 1;
                }
            }
            return false;
        }

        /** Words, in any style of writing them together, numbers, ids of hexadecimal digits, and what is short. */
        private boolean isWord(int start, int end) {
            int size = end - start;
            if (size <= SHORTEST_SECRET) {
                return true;
            }
            int uppers = 0;
            int digits = 0;
            int lowerHex = 0;
            int changes = 0; // between small letter, capital and digit
            int switches = 0; // between letter and digit
            for (int i = start; i < end; i++) {
                char c = text[i];
                uppers += isUpper(c) ? 1 : 0;
                digits += isDigit(c) ? 1 : 0;
                lowerHex += !isUpper(c) && hex(c) >= 0 ? 1 : 0;
                if (i > start) {
                    char before = text[i - 1];
                    switches += isDigit(c) != isDigit(before) ? 1 : 0;
                    changes += isDigit(c) != isDigit(before) || isUpper(c) != isUpper(before) ? 1 : 0;
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
}
