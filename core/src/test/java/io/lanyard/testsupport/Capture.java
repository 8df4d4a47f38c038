// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import static io.lanyard.testsupport.ConformanceVector.require;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A captured answer of a real server: its bytes, and what a person reads in them. Shares no code with the library, so
 * that the two cannot be wrong together.
 */
public final class Capture {

    private static final Pattern TRAILER = Pattern.compile("\\n\\[(time_total=)?[0-9.]+s]\\s*$");
    private static final Pattern AGENT_ERROR =
            Pattern.compile("\\[([^]]+)]: \\((\\w+)\\): (.*), fault: (client|server)", Pattern.DOTALL);

    private final String name;
    private final List<String> head;
    private final byte[] body;
    private final boolean complete;

    private Capture(String name, String answer) {
        int headEnd = answer.indexOf("\n\n");
        String headText = headEnd < 0 ? answer.strip() : answer.substring(0, headEnd);
        byte[] rest = (headEnd < 0 ? "" : answer.substring(headEnd + 2)).getBytes(StandardCharsets.UTF_8);
        this.name = name;
        this.head = headText.lines().toList();
        String length = header("Content-Length");
        // the file goes on after the body with the blank line that parts the answers
        int bytes = length == null ? rest.length : Integer.parseInt(length);
        this.complete = rest.length >= bytes;
        this.body = complete ? Arrays.copyOf(rest, bytes) : new byte[0];
        require(
                new String(rest, body.length, rest.length - body.length, StandardCharsets.UTF_8).isBlank(),
                name + " is cut where its body ends");
    }

    /** The answers of a file in {@code src/test/resources/captures}. */
    public static List<Capture> read(String file) {
        String text;
        try (InputStream in = Capture.class.getResourceAsStream("/captures/" + file + ".txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Capture> captures = new ArrayList<>();
        Matcher titles = Pattern.compile("(?m)^### (.*)\\n").matcher(text);
        boolean more = titles.find();
        require(more && text.substring(0, titles.start()).isBlank(), file + " begins with an answer");
        while (more) {
            String name = titles.group(1);
            int start = titles.end();
            more = titles.find();
            String answer = text.substring(start, more ? titles.start() : text.length());
            captures.add(new Capture(name, TRAILER.matcher(answer).replaceFirst("\n")));
        }
        return captures;
    }

    public String name() {
        return name;
    }

    public int status() {
        return Integer.parseInt(head.get(0).split(" ", 3)[1]);
    }

    /** When the answer was given, by the server's clock. */
    public Instant date() {
        return ZonedDateTime.parse(header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME)
                .toInstant();
    }

    private String header(String wanted) {
        for (String line : head) {
            if (line.toLowerCase(Locale.ROOT).startsWith(wanted.toLowerCase(Locale.ROOT) + ":")) {
                return line.substring(wanted.length() + 1).strip();
            }
        }
        return null;
    }

    /** The bytes as they were on the wire. The capture has no carriage returns, and no sizes of chunks. */
    public List<byte[]> wire() {
        List<byte[]> wire = new ArrayList<>();
        wire.add((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        if (header("Transfer-Encoding") == null) {
            wire.add(body);
            return wire;
        }
        int chunk = 2048; // the buffer of Go's server
        for (int at = 0; at < body.length; at += chunk) {
            byte[] part = Arrays.copyOfRange(body, at, Math.min(body.length, at + chunk));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes((Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(part);
            bytes.writeBytes(new byte[] {'\r', '\n'});
            wire.add(bytes.toByteArray());
        }
        wire.add("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return wire;
    }

    private String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** A string of the JSON in the body, by its exact name, or null. */
    public String field(String field) {
        Matcher matcher =
                Pattern.compile("\"" + field + "\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(text());
        return matcher.find() ? unescaped(matcher.group(1)) : null;
    }

    /** The secrets in the body, as they are and as JSON writes them. */
    public List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        for (String field : List.of("SecretAccessKey", "Token")) {
            Matcher matcher = Pattern.compile("\"" + field + "\":\"((?:[^\"\\\\]|\\\\.)*)\"")
                    .matcher(text());
            if (matcher.find()) {
                secrets.add(matcher.group(1));
                secrets.add(unescaped(matcher.group(1)));
            }
        }
        return secrets;
    }

    private static String unescaped(String json) {
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(json)
                .replaceAll(escape ->
                        Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
    }

    /** The service's code in an error, or null. */
    public String errorCode() {
        Matcher agent = AGENT_ERROR.matcher(text());
        return agent.find() ? agent.group(2) : field("code");
    }

    /** The id of the service's request in an error, or null. */
    public String errorRequestId() {
        Matcher agent = AGENT_ERROR.matcher(text());
        return agent.find() ? agent.group(1) : null;
    }

    /** What an error says to people. */
    public String errorMessage() {
        Matcher agent = AGENT_ERROR.matcher(text());
        if (agent.find()) {
            return agent.group(3);
        }
        for (String field : List.of("message", "Message")) {
            if (field(field) != null) {
                return field(field);
            }
        }
        return text().strip();
    }

    @Override
    public String toString() {
        return name;
    }
}
