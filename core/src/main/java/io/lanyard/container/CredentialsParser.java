// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.ContainerCredentials;
import io.lanyard.internal.json.Json;
import io.lanyard.spi.MalformedResponseException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a 200: credentials, or an error by its own code.
 *
 * <p>A field is found by its exact name first, and else by its name in any case. No failure quotes the body.
 */
final class CredentialsParser {

    private static final int LONGEST_ACCESS_KEY_ID = 128;
    private static final int LONGEST_ACCOUNT = 12;
    private static final int LONGEST_ARN = 640;

    /** Longer than elsewhere, because names that people give to keys and secrets begin alike. */
    private static final int SECRET_PART = 20;

    /** A shorter secret occurs in an access key id by chance. */
    private static final int SHORTEST_SECRET = 8;

    private final Map<String, @Nullable Object> fields;
    private final Collection<String> known;

    private CredentialsParser(Map<String, @Nullable Object> fields, Collection<String> known) {
        this.fields = fields;
        this.known = known;
    }

    /**
     * Reads a body.
     *
     * @param body the body of a 200
     * @param secrets what the agent knows, the token for example; no field that is shown may contain it
     */
    static CredentialsParser read(byte[] body, Collection<String> secrets) throws MalformedResponseException {
        try {
            return new CredentialsParser(Json.object(body), secrets);
        } catch (IOException e) {
            throw new MalformedResponseException(
                    "the body is not a JSON object, or ends too early, or names a field twice");
        }
    }

    /** Returns the error that the body states by its code; null where it states none. */
    @Nullable
    ErrorAnswer error() throws MalformedResponseException {
        String code = text("Code");
        return code == null || code.equals("Success")
                ? null
                : ErrorAnswer.ofSuccess(code, textOrNull("Message"), secrets("Code", "Message"));
    }

    /** Returns the credentials of a body that states no error. */
    ContainerCredentials credentials() throws MalformedResponseException {
        String role = roleArn();
        String account = text("AccountId") != null || role == null ? accountId() : accountOf(role);
        return ContainerCredentials.builder()
                .accessKeyId(accessKeyId())
                .secretAccessKey(required("SecretAccessKey"))
                .sessionToken(printable("Token"))
                .expiration(expiration())
                .accountId(account)
                .roleArn(role)
                .build();
    }

    /** Returns the access key id, which appears in headers, logs and events. One of another shape is refused. */
    private String accessKeyId() throws MalformedResponseException {
        String value = required("AccessKeyId");
        boolean valid = value.length() <= LONGEST_ACCESS_KEY_ID;
        for (int i = 0; i < value.length() && valid; i++) {
            char c = value.charAt(i);
            valid = isLetterOrDigit(c) || c == '_' || c == '.' || c == '-';
        }
        if (!valid) {
            throw new MalformedResponseException("AccessKeyId is not a valid access key id");
        }
        if (repeats(value, secrets("AccessKeyId"))) {
            throw new MalformedResponseException("AccessKeyId contains a secret");
        }
        return value;
    }

    /**
     * Returns the account, or null when it has another shape. Real ones have twelve digits, those of test servers
     * words.
     */
    private @Nullable String accountId() throws MalformedResponseException {
        String value = text("AccountId");
        return value != null && isAccount(value) && !repeats(value, secrets("AccountId")) ? value : null;
    }

    /** Returns the role, or null when it is not the ARN of one. */
    private @Nullable String roleArn() throws MalformedResponseException {
        String value = text("RoleArn");
        return value != null && isRole(value) && !repeats(value, secrets("RoleArn")) ? value : null;
    }

    /** Whether a value is {@code arn:PARTITION:iam::ACCOUNT:role/PATH/NAME}, or the session of such a role. */
    private static boolean isRole(String value) {
        if (value.length() > LONGEST_ARN) {
            return false;
        }
        String[] parts = value.split(":", -1);
        if (parts.length != 6
                || !parts[0].equals("arn")
                || !parts[3].isEmpty()
                || parts[4].isEmpty()
                || !isAccount(parts[4])) {
            return false;
        }
        boolean valid = parts[1].startsWith("aws")
                && (parts[2].equals("iam") || parts[2].equals("sts"))
                && (parts[5].startsWith("role/") || parts[5].startsWith("assumed-role/"));
        String text = parts[1] + parts[5];
        for (int i = 0; i < text.length() && valid; i++) {
            char c = text.charAt(i);
            valid = isLetterOrDigit(c) || "+=,.@_/-".indexOf(c) >= 0;
        }
        return valid;
    }

    private static boolean isAccount(String value) {
        boolean valid = value.length() <= LONGEST_ACCOUNT;
        for (int i = 0; i < value.length() && valid; i++) {
            valid = isLetterOrDigit(value.charAt(i)) || value.charAt(i) == '_';
        }
        return valid;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** Returns what a field that is shown must not repeat: the secrets of the body, and what the agent knows. */
    private Collection<String> secrets(String... shown) {
        List<String> secrets = new ArrayList<>(known);
        for (Map.Entry<String, @Nullable Object> field : fields.entrySet()) {
            String name = field.getKey();
            boolean own = name.equalsIgnoreCase(shown[0]) || name.equalsIgnoreCase(shown[shown.length - 1]);
            boolean secret =
                    shown.length > 1 || name.equalsIgnoreCase("SecretAccessKey") || name.equalsIgnoreCase("Token");
            if (!own && secret && field.getValue() instanceof String text && text.length() >= SHORTEST_SECRET) {
                secrets.add(text);
            }
        }
        return secrets;
    }

    /** Whether a value that is shown contains a part of a secret. Simple, because every answer is checked. */
    private static boolean repeats(String value, Collection<String> secrets) {
        for (String secret : secrets) {
            int part = Math.min(SECRET_PART, secret.length());
            for (int i = 0; part >= SHORTEST_SECRET && i + part <= value.length(); i++) {
                if (secret.contains(value.substring(i, i + part))) {
                    return true;
                }
            }
        }
        return false;
    }

    private @Nullable String textOrNull(String name) {
        try {
            return text(name);
        } catch (MalformedResponseException e) {
            return null;
        }
    }

    /** Returns the field's text, or null where it is blank, null or missing. */
    private @Nullable String text(String name) throws MalformedResponseException {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw new MalformedResponseException(name + " is not a string");
        }
        return text.isBlank() ? null : text;
    }

    private @Nullable Object value(String name) throws MalformedResponseException {
        if (fields.containsKey(name)) {
            return fields.get(name);
        }
        String found = null;
        for (String other : fields.keySet()) {
            if (other.equalsIgnoreCase(name)) {
                if (found != null) {
                    throw new MalformedResponseException("the body names the field " + name + " twice");
                }
                found = other;
            }
        }
        return found == null ? null : fields.get(found);
    }

    private String required(String name) throws MalformedResponseException {
        String value = printable(name);
        if (value == null) {
            throw new MalformedResponseException("the body has no " + name);
        }
        return value;
    }

    /** Returns the field's text, which may become part of a header or a log line, or null. */
    private @Nullable String printable(String name) throws MalformedResponseException {
        String value = text(name);
        for (int i = 0; value != null && i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new MalformedResponseException(name + " has a control character");
            }
        }
        return value;
    }

    /** Returns the account in a role's ARN, or null where it has not twelve digits. */
    private static @Nullable String accountOf(String role) {
        String account = role.split(":", -1)[4];
        boolean valid = account.length() == 12;
        for (int i = 0; i < account.length() && valid; i++) {
            valid = account.charAt(i) >= '0' && account.charAt(i) <= '9';
        }
        return valid ? account : null;
    }

    private @Nullable Instant expiration() throws MalformedResponseException {
        String text = text("Expiration");
        if (text == null || text.startsWith("0001-")) {
            return null; // Go's zero time: no expiration
        }
        Instant expiration = Timestamps.parse(text);
        if (expiration == null) {
            throw new MalformedResponseException("Expiration is not a date such as 2026-11-22T10:15:31Z");
        }
        return expiration;
    }
}
