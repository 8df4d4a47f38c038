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
 * The error in an answer that has no credentials: JSON with a code and a message, the EKS agent's {@code [request id]:
 * (Code): message, fault: client}, or any other text. All of it is foreign text, which this class cleans.
 *
 * @param code the service's error code, or null where there is none of the shape of a code
 * @param requestId the id of the service's request, or null where there is none of the shape of an id
 * @param message the cleaned text; may be empty
 */
record ErrorAnswer(@Nullable String code, @Nullable String requestId, String message) {

    static final ErrorAnswer SILENT = new ErrorAnswer(null, null, "");

    /** The texts with which the SDK for Go, which most local servers use, introduces the code and the id of STS. */
    private static final List<String> CODE_MARKS = List.of("api error ", "Internal Server Error: ");

    private static final List<String> ID_MARKS = List.of("RequestID: ", "request id: ");

    /** A code in a 200 consists of words; a secret in its place does not. */
    private static final int MOST_CODE_LETTERS = 64;

    /** A shorter value occurs in other texts by chance. */
    private static final int SHORTEST_SECRET = 8;

    /** Messages of known servers that contain no values. */
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
     * @param known what the agent may repeat and no text may show
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
     * Reads the code and the message of a 200. Such a body may contain credentials, so only known shapes are accepted.
     *
     * @param code the code, or null
     * @param message the message, or null
     * @param secrets what no text may show, the body's own secrets included
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

    /**
     * Whether a text is capitalised words without spaces, such as {@code AssumeRoleUnauthorizedAccess}, or a status.
     */
    private static boolean isWords(String text) {
        if (text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return true;
        }
        boolean capital = false; // whether the previous letter is one
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

    /** Whether a text names a secret access key, in any spelling. If so, none of it is shown. */
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

    /** Reads the fields, and adds the values of other fields to the secrets: such a body may contain credentials. */
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
            return SILENT; // broken JSON may contain credentials
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

    /** Returns the word after one of the marks, or null. */
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
