// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads one HTTP/1.x answer: status line, headers, and a body by Content-Length, in chunks, or up to the end. Refuses
 * everything that this protocol does not need. No failure quotes the answer.
 */
public final class ResponseReader {

    /** The agents' heads have some 300 bytes. */
    private static final int HEAD_LIMIT = 32 * 1024;

    private static final int CHUNK_LINE_LIMIT = 1024;

    private final InputStream in;
    private final int bodyLimit;

    private ResponseReader(InputStream in, int bodyLimit) {
        this.in = in;
        this.bodyLimit = bodyLimit;
    }

    /**
     * Reads one answer.
     *
     * @param in the stream
     * @param bodyLimit how many bytes of the body are kept
     * @return the answer
     * @throws IOException when the stream breaks off, or is not HTTP as this protocol uses it
     */
    public static AgentResponse read(InputStream in, int bodyLimit) throws IOException {
        return new ResponseReader(new BufferedInputStream(in, 4096), bodyLimit).response();
    }

    private AgentResponse response() throws IOException {
        String statusLine = line(HEAD_LIMIT);
        int status = status(statusLine);
        Map<String, String> headers = headers(HEAD_LIMIT - statusLine.length());
        String encoding = headers.get("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new MalformedResponseException("the body is encoded, although identity was asked for");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream(512);
        boolean truncated = body(status, statusLine, headers, body);
        return new AgentResponse(status, headers, body.toByteArray(), truncated);
    }

    private static int status(String line) throws IOException {
        boolean http = line.length() >= 12
                && line.startsWith("HTTP/1.")
                && (line.charAt(7) == '0' || line.charAt(7) == '1')
                && line.charAt(8) == ' '
                && (line.length() == 12 || line.charAt(12) == ' ');
        int status = http ? digits(line.substring(9, 12), 10) : -1;
        if (status < 200 || status > 599) {
            throw new MalformedResponseException("the answer does not begin as an HTTP/1.x answer does");
        }
        return status;
    }

    private Map<String, String> headers(int limit) throws IOException {
        Map<String, String> headers = new HashMap<>();
        int left = limit;
        while (true) {
            String line = line(left);
            if (line.isEmpty()) {
                return headers;
            }
            left -= line.length();
            int colon = line.indexOf(':');
            if (colon < 1 || !isToken(line, colon)) {
                throw new MalformedResponseException("a header of the answer has no valid name");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            String earlier = headers.put(name, value);
            boolean framing = name.equals("content-length") || name.equals("transfer-encoding");
            if (framing && earlier != null && !earlier.equals(value)) {
                throw new MalformedResponseException("the answer states its length twice, in two ways");
            }
        }
    }

    private static boolean isToken(String line, int end) {
        for (int i = 0; i < end; i++) {
            char c = line.charAt(i);
            if (c <= ' ' || c >= 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Reads the body into the buffer and returns whether it is longer than the limit. */
    private boolean body(int status, String statusLine, Map<String, String> headers, ByteArrayOutputStream body)
            throws IOException {
        String coding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (status == 204 || status == 304) {
            return false;
        }
        if (coding != null) {
            if (!coding.equalsIgnoreCase("chunked") || length != null || statusLine.charAt(7) == '0') {
                throw new MalformedResponseException("the answer is transferred in a way that is not understood");
            }
            return chunks(body);
        }
        if (length == null) {
            copy(bodyLimit, body, false);
            return in.read() >= 0;
        }
        long bytes = length.isEmpty() || length.length() > 18 ? -1 : longDigits(length);
        if (bytes < 0) {
            throw new MalformedResponseException("the answer's Content-Length is no number");
        }
        copy((int) Math.min(bytes, bodyLimit), body, true);
        return bytes > bodyLimit;
    }

    private boolean chunks(ByteArrayOutputStream body) throws IOException {
        while (true) {
            String line = line(CHUNK_LINE_LIMIT);
            int extension = line.indexOf(';');
            String size = (extension < 0 ? line : line.substring(0, extension)).strip();
            int bytes = size.isEmpty() || size.length() > 7 ? -1 : digits(size, 16);
            if (bytes < 0) {
                throw new MalformedResponseException("a chunk of the answer has no valid size");
            }
            if (bytes == 0) {
                headers(HEAD_LIMIT); // trailers are not needed
                return false;
            }
            int room = bodyLimit - body.size();
            copy(Math.min(bytes, room), body, true);
            if (bytes > room) {
                return true;
            }
            if (!line(2).isEmpty()) {
                throw new MalformedResponseException("a chunk of the answer is longer than it says");
            }
        }
    }

    private void copy(int bytes, ByteArrayOutputStream body, boolean all) throws IOException {
        byte[] buffer = new byte[Math.min(4096, Math.max(1, bytes))];
        int left = bytes;
        while (left > 0) {
            int read = in.read(buffer, 0, Math.min(buffer.length, left));
            if (read < 0) {
                if (all) {
                    throw new EOFException("the answer ended " + left + " bytes before it was complete");
                }
                return;
            }
            body.write(buffer, 0, read);
            left -= read;
        }
    }

    /** Reads a line, which ends with CR LF or LF, and returns it without that. */
    private String line(int limit) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException(
                        line.length() == 0 ? "the connection ended before the answer" : "the answer's head breaks off");
            }
            if (c == '\n') {
                int length = line.length();
                if (length > 0 && line.charAt(length - 1) == '\r') {
                    line.setLength(length - 1);
                }
                return line.toString();
            }
            boolean afterReturn = line.length() > 0 && line.charAt(line.length() - 1) == '\r';
            if (afterReturn || (c < ' ' && c != '\r' && c != '\t')) {
                throw new MalformedResponseException("the answer's head has a control character");
            }
            if (line.length() >= limit) {
                throw new MalformedResponseException("the answer's head is too long");
            }
            line.append((char) c);
        }
    }

    private static int digits(String text, int radix) {
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
            if (digit < 0) {
                return -1;
            }
            number = number * radix + digit;
        }
        return number;
    }

    private static long longDigits(String text) {
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
