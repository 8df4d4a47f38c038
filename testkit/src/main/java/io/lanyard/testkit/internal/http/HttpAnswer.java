// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** An answer before it is framed. Headers are sorted by name, as Go's net/http writes them. Immutable. */
public final class HttpAnswer {
    /** Size of Go's buffer: longer bodies are chunked. */
    private static final int CHUNKING_BEYOND = 2048;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(204, "No Content"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(303, "See Other"),
            Map.entry(304, "Not Modified"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(407, "Proxy Authentication Required"),
            Map.entry(408, "Request Timeout"),
            Map.entry(409, "Conflict"),
            Map.entry(413, "Request Entity Too Large"),
            Map.entry(418, "I'm a teapot"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"));

    private final int status;
    private final SortedMap<String, String> headers;
    private final byte[] body;
    private final boolean sniffed;

    private HttpAnswer(int status, SortedMap<String, String> headers, byte[] body, boolean sniffed) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.sniffed = sniffed;
    }

    public static HttpAnswer of(int status, String contentType, String body) {
        SortedMap<String, String> headers = new TreeMap<>();
        if (!contentType.isEmpty()) {
            headers.put("Content-Type", contentType);
        }
        return new HttpAnswer(status, headers, body.getBytes(StandardCharsets.UTF_8), false);
    }

    /** Returns text without a declared type: Go detects it from the body and writes it after the length. */
    public static HttpAnswer sniffed(int status, String body) {
        return new HttpAnswer(status, new TreeMap<>(), body.getBytes(StandardCharsets.UTF_8), true);
    }

    public static HttpAnswer json(int status, String body) {
        return of(status, "application/json", body);
    }

    /** Returns an error as Go's {@code http.Error} writes it, with a trailing newline. */
    public static HttpAnswer error(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text + "\n").with("X-Content-Type-Options", "nosniff");
    }

    public static HttpAnswer notFound() {
        return error(404, "404 page not found");
    }

    /** Returns a redirect as Go's {@code http.Redirect} writes it: a body for GET, a type for GET and HEAD. */
    public static HttpAnswer movedPermanently(HttpRequest request, String location) {
        boolean get = request.method().equals("GET");
        String escaped = location.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
        String body = get ? "<a href=\"" + escaped + "\">Moved Permanently</a>.\n\n" : "";
        String type = get || request.isHead() ? "text/html; charset=utf-8" : "";
        return of(301, type, body).with("Location", location);
    }

    public HttpAnswer with(String name, String value) {
        SortedMap<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new HttpAnswer(status, more, body, sniffed);
    }

    public HttpAnswer with(Map<String, String> added) {
        SortedMap<String, String> more = new TreeMap<>(headers);
        more.putAll(added);
        return new HttpAnswer(status, more, body, sniffed);
    }

    public int status() {
        return status;
    }

    public int length() {
        return body.length;
    }

    public static String reason(int status) {
        return REASONS.getOrDefault(status, "status code " + status);
    }

    /** Frames the answer as Go's server does for that request. */
    Wire wire(HttpRequest request, Instant now, boolean mustClose) {
        boolean bodiless = request.isHead() || status == 204 || status == 304;
        if (body.length <= CHUNKING_BEYOND) {
            boolean lengthless = status == 204 || status == 304 || (request.isHead() && body.length == 0);
            return frame(request, now, mustClose, lengthless ? Framing.NONE : Framing.LENGTH, body.length)
                    .body(bodiless ? new byte[0] : body);
        }
        if (bodiless) {
            return frame(request, now, mustClose, Framing.NONE, 0);
        }
        if (request.http10()) {
            return frame(request, now, true, Framing.NONE, 0).body(body);
        }
        ByteArrayOutputStream chunked = new ByteArrayOutputStream();
        chunked.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        chunked.writeBytes(body);
        chunked.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return frame(request, now, mustClose, Framing.CHUNKED, 0).body(chunked.toByteArray());
    }

    /** Frames the head alone, for a body that the caller generates. */
    Wire frame(HttpRequest request, Instant now, boolean mustClose, Framing framing, long length) {
        boolean keepAlive10 = request.http10() && request.hasToken("Connection", "keep-alive") && !mustClose;
        boolean close = mustClose
                || (request.http10() && !keepAlive10)
                || request.hasToken("Connection", "close")
                || (request.http10() && framing != Framing.LENGTH && !request.isHead());
        StringBuilder head = new StringBuilder(request.http10() ? "HTTP/1.0 " : "HTTP/1.1 ");
        head.append(status).append(' ').append(reason(status)).append("\r\n");
        headers.forEach((name, value) -> field(head, name, value));
        field(head, "Date", DATE.format(now));
        if (framing == Framing.LENGTH) {
            field(head, "Content-Length", Long.toString(length));
        }
        if (sniffed && !headers.containsKey("Content-Type")) {
            field(head, "Content-Type", "text/plain; charset=utf-8");
        }
        if (close && !request.http10()) {
            field(head, "Connection", "close");
        } else if (!close && request.http10()) {
            field(head, "Connection", "keep-alive");
        }
        if (framing == Framing.CHUNKED) {
            field(head, "Transfer-Encoding", "chunked");
        }
        head.append("\r\n");
        return new Wire(head.toString().getBytes(StandardCharsets.UTF_8), new byte[0], close);
    }

    private static void field(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    /** How the client recognizes the end of a body. */
    enum Framing {
        /** By Content-Length. */
        LENGTH,
        /** By the last chunk. */
        CHUNKED,
        /** By the end of the connection, or because the body is empty. */
        NONE
    }

    /** Bytes ready to be written. */
    static final class Wire {
        final byte[] head;
        final byte[] body;
        final boolean close;

        private Wire(byte[] head, byte[] body, boolean close) {
            this.head = head;
            this.body = body;
            this.close = close;
        }

        private Wire body(byte[] bytes) {
            return new Wire(head, bytes, close);
        }
    }
}
