// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the requests of one connection, and rejects what Go's net/http rejects. Not thread-safe. */
final class RequestReader {
    /** Go's limit of 1 MiB for headers, and its 4 KiB of slack. */
    private static final int MAX_HEAD = (1 << 20) + 4096;

    /** As much as Go reads of a body that the handler ignores; longer than any form that the servers accept. */
    private static final int MAX_BODY = 256 << 10;

    private final InputStream in;
    private final String remote;
    private final HttpRequest.Client client;
    private boolean unreadInput;

    RequestReader(InputStream in, String remote, HttpRequest.Client client) {
        this.in = in;
        this.remote = remote;
        this.client = client;
    }

    /** Returns the next request; null if the client has closed the connection. */
    @Nullable
    HttpRequest read() throws IOException, BadRequestException {
        try {
            return parse();
        } catch (BadRequestException e) {
            unreadInput = true;
            throw e;
        }
    }

    /** Returns whether the client may have sent bytes that nothing reads, so that the connection must close. */
    boolean hasUnreadInput() {
        return unreadInput;
    }

    private @Nullable HttpRequest parse() throws IOException, BadRequestException {
        List<String> lines = readHead();
        if (lines.isEmpty()) {
            return null;
        }
        String[] words = lines.get(0).split(" ", -1);
        if (words.length != 3 || words[0].isEmpty() || !words[2].matches("HTTP/\\d\\.\\d")) {
            throw new BadRequestException("400 Bad Request");
        }
        if (!words[2].startsWith("HTTP/1.")) {
            throw new BadRequestException("505 HTTP Version Not Supported: unsupported protocol version");
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            headers.add(header(line));
        }
        HttpRequest request = new HttpRequest(
                words[0], words[1], words[2].equals("HTTP/1.0"), List.copyOf(headers), remote, "", client);
        if (!request.http10() && request.header("Host") == null) {
            throw new BadRequestException("400 Bad Request: missing required Host header");
        }
        return request.withBody(readBody(request));
    }

    private static Map.Entry<String, String> header(String line) throws BadRequestException {
        int colon = line.indexOf(':');
        if (colon <= 0 || line.substring(0, colon).chars().anyMatch(c -> c <= ' ')) {
            throw new BadRequestException("400 Bad Request");
        }
        String value = line.substring(colon + 1).strip();
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            throw new BadRequestException("400 Bad Request: invalid header value");
        }
        return Map.entry(line.substring(0, colon), value);
    }

    /** Reads the lines up to the empty one; returns none if the client closes the connection. */
    private List<String> readHead() throws IOException, BadRequestException {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = 0; read < MAX_HEAD; read++) {
            int b = in.read();
            if (b < 0) {
                return List.of();
            }
            if (b != '\n') {
                line.write(b);
                continue;
            }
            String text = line.toString(StandardCharsets.ISO_8859_1);
            line.reset();
            text = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            if (text.isEmpty() && !lines.isEmpty()) {
                return lines;
            }
            lines.add(text);
        }
        throw new BadRequestException("431 Request Header Fields Too Large");
    }

    private String readBody(HttpRequest request) throws IOException, BadRequestException {
        String length = request.header("Content-Length");
        if (length != null && !length.matches("\\d{1,18}")) {
            throw new BadRequestException("400 Bad Request: bad Content-Length");
        }
        long bytes = length == null ? 0 : Long.parseLong(length);
        boolean ignored = request.header("Transfer-Encoding") != null
                || bytes > MAX_BODY
                || (bytes > 0 && request.hasToken("Expect", "100-continue"));
        if (ignored) {
            unreadInput = true;
            return "";
        }
        byte[] body = in.readNBytes((int) bytes);
        if (body.length < bytes) {
            throw new EOFException("the client closed the connection before the body was complete");
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    /** A request that Go's server rejects before any handler sees it; the message is status and reason. */
    static final class BadRequestException extends Exception {
        private static final long serialVersionUID = 1L;

        BadRequestException(String message) {
            super(message);
        }
    }
}
