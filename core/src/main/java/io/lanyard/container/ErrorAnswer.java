// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.internal.json.Json;
import io.lanyard.internal.text.ForeignText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says in an answer that has no credentials: JSON with a code and a message, the EKS agent's {@code
 * [request id]: (Code): message, fault: client}, or any other text. All of it is foreign text, cleaned here.
 *
 * @param code the service's error code, or null where there is none that looks like one
 * @param requestId the id of the service's request, or null where there is none that looks like one
 * @param message the cleaned text, perhaps empty
 */
record ErrorAnswer(@Nullable String code, @Nullable String requestId, String message) {

    static final ErrorAnswer SILENT = new ErrorAnswer(null, null, "");

    /** How the SDK for Go, in which most local servers are written, introduces the code and the id of STS. */
    private static final List<String> CODE_MARKS = List.of("api error ", "Internal Server Error: ");

    private static final List<String> ID_MARKS = List.of("RequestID: ", "request id: ");

    /** A code in a 200 is made of words: a secret that stands in its place is not. */
    private static final int MOST_CODE_LETTERS = 64;

    /** A value that is shorter stands in other texts by chance. */
    private static final int SHORTEST_SECRET = 8;

    /** Messages of known servers that say nothing but themselves. */
    private static final Set<String> KNOWN_MESSAGES = Set.of(
            "CredentialsV1Request: No Credential ID in the request",
            "CredentialsV2Request: No Credential ID in the request",
            "CredentialsV1Request: Credentials not found",
            "CredentialsV2Request: Credentials not found",
            "CredentialsV2Request: ID not found",
            "CredentialsV2Request: Credentials uninitialized for ID",
            "Credentials expired",
            "Credentials unavailable",
            "Internal server error",
            "Invalid authorization token",
            "Rate exceeded",
            "Too Many Requests",
            "Unauthorized Exception! EKS does not have permissions to assume the associated role.",
            "You have reached maximum request limit.",
            "invalid Authorization token");

    /**
     * Reads the body of an answer other than 200.
     *
     * @param body the body as far as it was read
     * @param known what the agent may repeat and must not be shown
     */
    static ErrorAnswer read(byte[] body, Collection<String> known) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        Collection<String> secrets = known;
        ErrorAnswer answer;
        if (text.startsWith("{")) {
            secrets = new ArrayList<>(known);
            answer = json(body, secrets);
        } else {
            answer = holdsCredentials(text) ? SILENT : agentText(text);
        }
        String code = answer.code != null ? answer.code : after(answer.message, CODE_MARKS);
        String id = answer.requestId != null ? answer.requestId : after(answer.message, ID_MARKS);
        return new ErrorAnswer(
                ForeignText.codeOrNull(code, secrets),
                ForeignText.idOrNull(id, secrets),
                ForeignText.clean(answer.message, secrets, ForeignText.LIMIT));
    }

    /**
     * Reads the code and the message of a 200. Such a body may hold credentials, so only what has a known shape is
     * taken.
     *
     * @param code the code, or null
     * @param message the message, or null
     * @param secrets what must not be shown, the body's own secrets included
     */
    static ErrorAnswer ofSuccess(@Nullable String code, @Nullable String message, Collection<String> secrets) {
        boolean known = message != null && (KNOWN_MESSAGES.contains(message) || isWords(message));
        return new ErrorAnswer(
                code != null && isWords(code) ? ForeignText.idOrNull(code, secrets) : null,
                null,
                message != null && known && !ForeignText.repeats(message, secrets, ForeignText.SECRET_PART)
                        ? message
                        : "");
    }

    /** Words with capitals, written together, such as {@code AssumeRoleUnauthorizedAccess}; or a status. */
    private static boolean isWords(String text) {
        if (text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return true;
        }
        boolean capital = false; // whether the letter before was one
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean upper = c >= 'A' && c <= 'Z';
            if (upper ? capital : i == 0 || c < 'a' || c > 'z') {
                return false;
            }
            capital = upper;
        }
        return !capital && !text.isEmpty() && text.length() <= MOST_CODE_LETTERS;
    }

    /** Whether a text that is no JSON names a secret access key, in any way of writing it: none of it is repeated. */
    private static boolean holdsCredentials(String text) {
        StringBuilder letters = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isLetter(c)) {
                letters.append(Character.toLowerCase(c));
            }
        }
        return letters.indexOf("secretaccesskey") >= 0;
    }

    /** Reads the fields, and adds to the secrets what other fields hold: such a body may have credentials too. */
    private static ErrorAnswer json(byte[] body, Collection<String> secrets) {
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
                } else if (value instanceof String text && text.length() >= SHORTEST_SECRET) {
                    secrets.add(text);
                }
            }
        } catch (IOException e) {
            return SILENT; // broken JSON may be a broken set of credentials
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

    /** The word that follows one of the marks, or null. */
    private static @Nullable String after(String text, List<String> marks) {
        for (String mark : marks) {
            int start = text.indexOf(mark);
            if (start >= 0) {
                start += mark.length();
                int end = start;
                while (end < text.length() && " ,:;\n\t".indexOf(text.charAt(end)) < 0) {
                    end++;
                }
                return text.substring(start, end);
            }
        }
        return null;
    }
}
