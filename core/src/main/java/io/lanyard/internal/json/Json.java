// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object (RFC 8259) in UTF-8, with or without a byte order mark. Refuses an object with the same name
 * twice, and values that are nested too deeply. No failure quotes the text.
 *
 * <p>Written by hand for the first use in a fresh JVM: a JSON library loads and verifies so many classes that it takes
 * longer than everything else that the first credentials need.
 */
public final class Json {

    /** An agent's answer has a depth of one, a service account token of three. */
    private static final int DEEPEST = 64;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads an object.
     *
     * @param utf8 the text, with only white space around the object
     * @return the object's fields in their order: each a {@link String}, {@link Long}, {@link Double}, {@link Boolean},
     *     a {@link List} or {@link Map} of these, or null
     * @throws IOException when the text is not one JSON object; the message does not quote it
     */
    public static Map<String, @Nullable Object> object(byte[] utf8) throws IOException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(utf8))
                .toString();
        Json json = new Json(text.startsWith("\ufeff") ? text.substring(1) : text);
        json.expect('{');
        Map<String, @Nullable Object> object = json.fields();
        json.skipSpace();
        if (json.at < json.text.length()) {
            throw json.broken();
        }
        return object;
    }

    private @Nullable Object value() throws IOException {
        skipSpace();
        switch (peek()) {
            case '{', '[' -> {
                return nested();
            }
            case '"' -> {
                return string();
            }
            case 't' -> {
                return word("true", true);
            }
            case 'f' -> {
                return word("false", false);
            }
            case 'n' -> {
                return word("null", null);
            }
            default -> {
                return number();
            }
        }
    }

    private Object nested() throws IOException {
        if (++depth > DEEPEST) {
            throw broken();
        }
        Object value = next() == '{' ? fields() : elements();
        depth--;
        return value;
    }

    private Map<String, @Nullable Object> fields() throws IOException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (skips('}')) {
            return fields;
        }
        do {
            skipSpace();
            String name = string();
            if (fields.containsKey(name)) {
                throw broken();
            }
            expect(':');
            fields.put(name, value());
        } while (skips(','));
        expect('}');
        return fields;
    }

    private List<@Nullable Object> elements() throws IOException {
        List<@Nullable Object> elements = new ArrayList<>();
        if (skips(']')) {
            return elements;
        }
        do {
            elements.add(value());
        } while (skips(','));
        expect(']');
        return elements;
    }

    private String string() throws IOException {
        if (next() != '"') {
            throw broken();
        }
        StringBuilder string = new StringBuilder();
        for (char c = next(); c != '"'; c = next()) {
            if (c < ' ') {
                throw broken();
            }
            string.append(c == '\\' ? escaped() : c);
        }
        return string.toString();
    }

    private char escaped() throws IOException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw broken();
        };
    }

    private char unicode() throws IOException {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char c = next();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw broken();
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private Number number() throws IOException {
        int from = at;
        at += peek() == '-' ? 1 : 0;
        if (peek() == '0') {
            at++;
        } else {
            skipDigits();
        }
        int wholeTo = at;
        if (peek() == '.') {
            at++;
            skipDigits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            at += peek() == '+' || peek() == '-' ? 1 : 0;
            skipDigits();
        }
        String number = text.substring(from, at);
        if (at == wholeTo && number.length() <= 18) {
            return Long.valueOf(number);
        }
        return Double.valueOf(number);
    }

    private void skipDigits() throws IOException {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == from) {
            throw broken();
        }
    }

    private @Nullable Object word(String word, @Nullable Boolean meaning) throws IOException {
        if (!text.startsWith(word, at)) {
            throw broken();
        }
        at += word.length();
        return meaning;
    }

    private void expect(char c) throws IOException {
        if (!skips(c)) {
            throw broken();
        }
    }

    /** Skips white space, and the character if it is next; returns whether it is. */
    private boolean skips(char c) {
        skipSpace();
        boolean isNext = peek() == c;
        at += isNext ? 1 : 0;
        return isNext;
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    private char next() throws IOException {
        if (at == text.length()) {
            throw broken();
        }
        return text.charAt(at++);
    }

    /** Returns the next character; at the end NUL, which JSON allows nowhere unescaped. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private IOException broken() {
        return new IOException(
                "no JSON object of the expected kind: broken at character " + at + " of " + text.length());
    }
}
