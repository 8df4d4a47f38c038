// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.ArrayList;
import java.util.List;

/**
 * A foreign text, made fit for searching: white space is collapsed, the escapes of JSON strings are undone, and phrases are
 * found whatever their case. Each search is one pass.
 */
final class SearchedText {

    /** Of a longer text the first and the last half of this many characters are read. */
    static final int LIMIT = 1 << 20;

    /** Longer than the longest ARN. */
    private static final int LONGEST_NAME = 2048;

    private static final String NAME = "+=,.@_/-:*";

    /** The text in its own case. Same length as {@link #lower}. */
    private final String text;
    /** The text with ASCII letters in lower case. */
    private final String lower;

    SearchedText(String foreign) {
        String bounded = foreign.length() <= LIMIT
                ? foreign
                : foreign.substring(0, LIMIT / 2) + " " + foreign.substring(foreign.length() - LIMIT / 2);
        StringBuilder all = new StringBuilder(bounded.length());
        StringBuilder small = new StringBuilder(bounded.length());
        for (int i = 0; i < bounded.length(); i++) {
            char c = bounded.charAt(i);
            if (c == '\\' && i + 1 < bounded.length()) {
                char next = bounded.charAt(i + 1);
                if (next == '"' || next == '/' || next == '\\') {
                    i++;
                    c = next;
                } else if (next == 'n' || next == 't' || next == 'r') {
                    i++;
                    c = ' ';
                }
            }
            if (c <= ' ' || c == '\u00a0') {
                c = ' ';
                if (all.length() > 0 && all.charAt(all.length() - 1) == ' ') {
                    continue;
                }
            }
            all.append(c);
            small.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        this.text = all.toString();
        this.lower = small.toString();
    }

    /** Whether one of these phrases, in lower case, occurs. */
    boolean has(String... phrases) {
        for (String phrase : phrases) {
            if (lower.contains(phrase)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The first of the phrases that stands near an occurrence of a mark, or an empty string.
     *
     * @param mark what to look for; a digit after it is another mark
     * @param before how many characters before the mark are near
     * @param after how many characters after it are near
     * @param phrases the phrases in lower case
     */
    String near(String mark, int before, int after, String... phrases) {
        for (int at = lower.indexOf(mark); at >= 0; at = lower.indexOf(mark, at + mark.length())) {
            int end = at + mark.length();
            if (end < lower.length() && isDigit(lower.charAt(end))) {
                continue;
            }
            String around = lower.substring(Math.max(0, at - before), Math.min(lower.length(), end + after));
            String found = "";
            int first = Integer.MAX_VALUE;
            for (String phrase : phrases) {
                int place = around.indexOf(phrase);
                if (place >= 0 && place < first) {
                    first = place;
                    found = phrase;
                }
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        return "";
    }

    /**
     * The names that follow a phrase, in their own case, without the punctuation of a sentence at the end.
     *
     * @param phrase the phrase in lower case
     * @param most how many to return
     */
    List<Name> after(String phrase, int most) {
        List<Name> names = new ArrayList<>();
        int at = lower.indexOf(phrase);
        while (at >= 0 && names.size() < most) {
            int start = at + phrase.length();
            Name name = nameAt(start);
            if (!name.text.isEmpty()) {
                names.add(name);
            }
            at = lower.indexOf(phrase, Math.max(name.end, start));
        }
        return names;
    }

    /** The ARNs in the text, in order, whatever their service. */
    List<Name> arns(int most) {
        List<Name> arns = new ArrayList<>();
        int at = lower.indexOf("arn:aws");
        while (at >= 0 && arns.size() < most) {
            Name name = nameAt(at);
            arns.add(name);
            at = lower.indexOf("arn:aws", Math.max(name.end, at + 1));
        }
        return arns;
    }

    /** Whether the text up to an index ends with a phrase in lower case; spaces and quotes between are skipped. */
    boolean endsWith(int index, String phrase) {
        int end = index;
        while (end > 0 && " \"'".indexOf(lower.charAt(end - 1)) >= 0) {
            end--;
        }
        return lower.startsWith(phrase, end - phrase.length());
    }

    /** Whether a phrase in lower case follows an index; spaces and quotes between are skipped. */
    boolean continues(int index, String phrase) {
        int start = index;
        while (start < lower.length() && " \"'".indexOf(lower.charAt(start)) >= 0) {
            start++;
        }
        return lower.startsWith(phrase, start);
    }

    /** The ids in square brackets, as the messages of Lanyard end with them. */
    List<String> bracketed(int longest, int most) {
        List<String> ids = new ArrayList<>();
        int open = -1;
        for (int i = 0; i < lower.length() && ids.size() < most; i++) {
            char c = text.charAt(i);
            if (c == '[') {
                open = i;
            } else if (c == ']' && open >= 0) {
                ids.add(text.substring(open + 1, i));
                open = -1;
            } else if (open >= 0 && (i - open > longest || !(c == '-' || isDigit(c) || isLetter(c)))) {
                open = -1;
            }
        }
        return ids;
    }

    private Name nameAt(int index) {
        int start = index;
        while (start < text.length() && " \"'`(<".indexOf(text.charAt(start)) >= 0) {
            start++;
        }
        int end = start;
        while (end < text.length() && isNameCharacter(text.charAt(end))) {
            end++;
        }
        int last = end;
        while (last > start && ".,:".indexOf(text.charAt(last - 1)) >= 0) {
            last--;
        }
        return new Name(last - start > LONGEST_NAME ? "" : text.substring(start, last), start, end);
    }

    private static boolean isNameCharacter(char c) {
        return isLetter(c) || isDigit(c) || (c >= 'A' && c <= 'Z') || NAME.indexOf(c) >= 0;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** A name and where it stands. */
    record Name(String text, int start, int end) {}
}
