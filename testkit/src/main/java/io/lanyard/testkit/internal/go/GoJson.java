// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.go;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON as Go's {@code encoding/json} does, with the messages of its errors. */
public final class GoJson {
    /** Far below Go's 10,000, so that the stack suffices. */
    private static final int MAX_DEPTH = 1_000;

    private final String text;
    private int at;
    private int depth;

    private GoJson(String text) {
        this.text = text;
    }

    /** Returns a JSON object from alternating names and values; a value is a string or a number. */
    public static String object(Object... namesAndValues) {
        StringBuilder out = new StringBuilder("{");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (i > 0) {
                out.append(',');
            }
            quote(out, (String) namesAndValues[i]);
            out.append(':');
            Object value = namesAndValues[i + 1];
            if (value instanceof String string) {
                quote(out, string);
            } else {
                out.append(value);
            }
        }
        return out.append('}').toString();
    }

    /** Returns a JSON string with its quotes. */
    public static String text(String value) {
        StringBuilder out = new StringBuilder();
        quote(out, value);
        return out.toString();
    }

    /** Escapes {@code < > &} too, as Go does for JSON inside HTML. */
    private static void quote(StringBuilder out, String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Parses one JSON text: {@code Map}, {@code List}, {@code String}, {@code BigDecimal}, {@code Boolean}, null. */
    public static @Nullable Object parse(String text) throws SyntaxException {
        GoJson parser = new GoJson(text);
        Object value = parser.value();
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.unexpected("after top-level value");
        }
        return value;
    }

    private @Nullable Object value() throws SyntaxException {
        char c = peek();
        return switch (c) {
            case '{' -> nested(this::object);
            case '[' -> nested(this::array);
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            default -> {
                if (c == '-' || isDigit(c)) {
                    yield number();
                }
                throw unexpected("looking for beginning of value");
            }
        };
    }

    private interface Part<T> {
        T read() throws SyntaxException;
    }

    private <T> T nested(Part<T> part) throws SyntaxException {
        if (++depth > MAX_DEPTH) {
            throw new SyntaxException("exceeded max depth");
        }
        at++;
        T value = part.read();
        depth--;
        return value;
    }

    private Map<String, @Nullable Object> object() throws SyntaxException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        if (peek() == '}') {
            at++;
            return object;
        }
        while (true) {
            if (peek() != '"') {
                throw unexpected("looking for beginning of object key string");
            }
            String name = string();
            if (peek() != ':') {
                throw unexpected("after object key");
            }
            at++;
            object.put(name, value());
            char c = peek();
            if (c != ',' && c != '}') {
                throw unexpected("after object key:value pair");
            }
            at++;
            if (c == '}') {
                return object;
            }
        }
    }

    private List<@Nullable Object> array() throws SyntaxException {
        List<@Nullable Object> array = new ArrayList<>();
        if (peek() == ']') {
            at++;
            return array;
        }
        while (true) {
            array.add(value());
            char c = peek();
            if (c != ',' && c != ']') {
                throw unexpected("after array element");
            }
            at++;
            if (c == ']') {
                return array;
            }
        }
    }

    private String string() throws SyntaxException {
        StringBuilder out = new StringBuilder();
        at++;
        while (true) {
            char c = here();
            if (c < 0x20) {
                throw unexpected("in string literal");
            }
            at++;
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws SyntaxException {
        char c = here();
        int plain = "\"\\/bfnrt".indexOf(c);
        if (plain >= 0) {
            at++;
            return "\"\\/\b\f\n\r\t".charAt(plain);
        }
        if (c != 'u') {
            throw unexpected("in string escape code");
        }
        at++;
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(here(), 16);
            if (digit < 0) {
                throw unexpected("in \\u hexadecimal character escape");
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private @Nullable Object literal(String word, @Nullable Object value) throws SyntaxException {
        for (int i = 0; i < word.length(); i++) {
            if (here() != word.charAt(i)) {
                throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
            at++;
        }
        return value;
    }

    private BigDecimal number() throws SyntaxException {
        int start = at;
        if (here() == '-') {
            at++;
        }
        if (!isDigit(here())) {
            throw unexpected("in numeric literal");
        }
        if (here() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            if (!isDigit(here())) {
                throw unexpected("after decimal point in numeric literal");
            }
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (here() == '+' || here() == '-') {
                at++;
            }
            if (!isDigit(here())) {
                throw unexpected("in exponent of numeric literal");
            }
            digits();
        }
        try {
            return new BigDecimal(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw new SyntaxException("number out of range");
        }
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws SyntaxException {
        skipSpace();
        return here();
    }

    private char here() throws SyntaxException {
        if (at >= text.length()) {
            throw new SyntaxException("unexpected end of JSON input");
        }
        return text.charAt(at);
    }

    private SyntaxException unexpected(String context) {
        return new SyntaxException("invalid character " + quoteCharacter(text.charAt(at)) + " " + context);
    }

    private static String quoteCharacter(char c) {
        return switch (c) {
            case '\'' -> "'\\''";
            case '\\' -> "'\\\\'";
            case 0x07 -> "'\\a'";
            case '\b' -> "'\\b'";
            case '\f' -> "'\\f'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            case 0x0b -> "'\\v'";
            default -> c < 0x20 || c == 0x7f ? String.format("'\\x%02x'", (int) c) : "'" + c + "'";
        };
    }

    /** A syntax error, with Go's message. */
    public static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;

        SyntaxException(String message) {
            super(message);
        }
    }
}
