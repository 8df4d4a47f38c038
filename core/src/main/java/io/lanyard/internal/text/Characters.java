// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

/** Classifies characters, and removes those that cannot be seen. Letters and digits are ASCII. */
final class Characters {

    private Characters() {}

    /**
     * Replaces controls and separators by spaces and removes characters without a shape; see {@link
     * ForeignText#visible}.
     */
    static String visible(String text) {
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

    /** Whether a letter or mark, by its type, is displayed as nothing. */
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

    static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static char lower(char c) {
        return isUpper(c) ? (char) (c + ('a' - 'A')) : c;
    }

    /** Returns the value of a hexadecimal digit, or -1 for any other character. */
    static int hex(char c) {
        char l = lower(c);
        return isDigit(c) ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
    }
}
