// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an answer other than 200 says: JSON with a code and a message, the EKS agent's {@code [request id]: (Code):
 * message, fault: client}, or any other text.
 *
 * @param code the service's error code, or null
 * @param requestId the id of the service's request, or null
 * @param message the text for people, perhaps empty, at most 512 characters and without control characters
 */
record ErrorAnswer(@Nullable String code, @Nullable String requestId, String message) {

    static final int MESSAGE_LIMIT = 512;
    static final int CODE_LIMIT = 128;

    /** A part of a token that is shorter than this gives nothing away. */
    private static final int TELLING_PART = 12;

    /** A token that is shorter than this is none that a real agent gave out, and stands in any text by chance. */
    private static final int SHORTEST_TOKEN = 4;

    /**
     * Reads an error body.
     *
     * @param body the body as far as it was read
     * @param token the token that was sent, which some servers repeat in what they say, or null
     */
    static ErrorAnswer read(byte[] body, @Nullable String token) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        ErrorAnswer answer;
        if (text.startsWith("{")) {
            answer = json(body);
        } else if (text.contains("SecretAccessKey")) {
            answer = new ErrorAnswer(null, null, ""); // broken, and not to be quoted
        } else {
            answer = agentText(text);
        }
        return answer.cleaned(token);
    }

    private static ErrorAnswer json(byte[] body) {
        String code = null;
        String message = null;
        try {
            for (Map.Entry<String, @Nullable Object> field : Json.object(body).entrySet()) {
                Object value = field.getValue();
                if (value == null || value instanceof Map || value instanceof List) {
                    continue;
                }
                if (field.getKey().equalsIgnoreCase("code")) {
                    code = value.toString();
                } else if (field.getKey().equalsIgnoreCase("message")) {
                    message = value.toString();
                }
            }
        } catch (IOException e) {
            return new ErrorAnswer(null, null, ""); // broken JSON is not quoted: it may be a broken set of credentials
        }
        return new ErrorAnswer(code, null, message == null ? "" : message);
    }

    private static ErrorAnswer agentText(String text) {
        int idEnd = text.indexOf(']');
        if (!text.startsWith("[") || idEnd < 0) {
            return new ErrorAnswer(null, null, text);
        }
        String requestId = idEnd == 1 ? null : text.substring(1, idEnd);
        int codeStart = idEnd + ": (".length() + 1;
        int codeEnd = text.indexOf("): ", idEnd);
        if (!text.startsWith(": (", idEnd + 1) || codeEnd < codeStart) {
            return new ErrorAnswer(null, requestId, text);
        }
        int fault = text.lastIndexOf(", fault: ");
        String message = text.substring(codeEnd + "): ".length(), fault > codeEnd ? fault : text.length());
        return new ErrorAnswer(text.substring(codeStart, codeEnd), requestId, message);
    }

    private ErrorAnswer cleaned(@Nullable String token) {
        return new ErrorAnswer(
                code == null || code.isBlank() ? null : clean(code, token, CODE_LIMIT),
                requestId == null ? null : clean(requestId, token, CODE_LIMIT),
                clean(message, token, MESSAGE_LIMIT));
    }

    /** Without control characters, without the token or a telling part of it, and no longer than the limit. */
    static String clean(String text, @Nullable String token, int limit) {
        StringBuilder printable = new StringBuilder(text);
        for (int i = 0; i < printable.length(); i++) {
            char c = printable.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                printable.setCharAt(i, ' ');
            }
        }
        String line = printable.toString();
        // last but one, so that nothing done to the text afterwards can put a token together
        String redacted = token == null || token.length() < SHORTEST_TOKEN ? line : redact(line, token);
        return redacted.substring(0, Math.min(limit, redacted.length())).strip();
    }

    /** Whether a message of the failure, its causes or what it suppressed holds the token or a telling part of it. */
    static boolean isRepeatedBy(Throwable failure, @Nullable String token) {
        if (token == null || token.length() < SHORTEST_TOKEN) {
            return false;
        }
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> left = new ArrayDeque<>(List.of(failure));
        while (!left.isEmpty()) {
            Throwable next = left.remove();
            String message = String.valueOf(next.getMessage());
            if (!redact(message, token).equals(message)) {
                return true;
            }
            if (seen.add(next)) {
                left.addAll(Arrays.asList(next.getSuppressed()));
                if (next.getCause() != null) {
                    left.add(next.getCause());
                }
            }
        }
        return false;
    }

    /** Replaces every stretch of the text that stands in the token too and is long enough to tell. */
    private static String redact(String text, String token) {
        int shortest = Math.min(TELLING_PART, token.length());
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int end = at + shortest;
            if (end > text.length() || !token.contains(text.substring(at, end))) {
                out.append(text.charAt(at++));
                continue;
            }
            while (end < text.length() && token.contains(text.substring(at, end + 1))) {
                end++;
            }
            out.append("[redacted]");
            at = end;
        }
        return out.toString();
    }
}
