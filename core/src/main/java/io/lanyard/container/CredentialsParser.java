// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.ContainerCredentials;
import io.lanyard.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a 200.
 *
 * <p>A field is looked for under its exact name first, and then in any case. No failure quotes the body.
 */
final class CredentialsParser {

    /** The body is not a set of credentials; the message says why and quotes nothing. */
    static final class UnusableBodyException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        UnusableBodyException(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** The body is an error by its own word. */
    static final class ServiceErrorException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String code;
        private final String description;

        ServiceErrorException(String code, @Nullable String description) {
            super(code);
            this.code = code;
            this.description = description == null ? "" : description;
        }

        String code() {
            return code;
        }

        String description() {
            return description;
        }
    }

    private final Map<String, @Nullable Object> fields;

    private CredentialsParser(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    static ContainerCredentials parse(byte[] body) throws UnusableBodyException, ServiceErrorException {
        Map<String, @Nullable Object> fields;
        try {
            fields = Json.object(body);
        } catch (IOException e) {
            throw new UnusableBodyException("the body is not a JSON object, or ends too early, or names a field twice");
        }
        return new CredentialsParser(fields).credentials();
    }

    private ContainerCredentials credentials() throws UnusableBodyException, ServiceErrorException {
        String code = text("Code");
        if (code != null && !code.equals("Success")) {
            throw new ServiceErrorException(code, text("Message"));
        }
        return ContainerCredentials.builder()
                .accessKeyId(required("AccessKeyId"))
                .secretAccessKey(required("SecretAccessKey"))
                .sessionToken(printable("Token"))
                .expiration(expiration())
                .accountId(printable("AccountId"))
                .roleArn(printable("RoleArn"))
                .build();
    }

    /** The field's text; what is blank, null or missing is absent. */
    private @Nullable String text(String name) throws UnusableBodyException {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw new UnusableBodyException(name + " is not a string");
        }
        return text.isBlank() ? null : text;
    }

    private @Nullable Object value(String name) throws UnusableBodyException {
        if (fields.containsKey(name)) {
            return fields.get(name);
        }
        String found = null;
        for (String other : fields.keySet()) {
            if (other.equalsIgnoreCase(name)) {
                if (found != null) {
                    throw new UnusableBodyException("the body names the field " + name + " twice");
                }
                found = other;
            }
        }
        return found == null ? null : fields.get(found);
    }

    private String required(String name) throws UnusableBodyException {
        String value = printable(name);
        if (value == null) {
            throw new UnusableBodyException("the body has no " + name);
        }
        return value;
    }

    /** These values go into headers and logs. */
    private @Nullable String printable(String name) throws UnusableBodyException {
        String value = text(name);
        for (int i = 0; value != null && i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new UnusableBodyException(name + " has a control character");
            }
        }
        return value;
    }

    private @Nullable Instant expiration() throws UnusableBodyException {
        String text = text("Expiration");
        if (text == null || text.startsWith("0001-")) {
            return null; // Go's zero time: no expiration
        }
        Instant expiration = Timestamps.parse(text);
        if (expiration == null) {
            throw new UnusableBodyException("Expiration is not a date such as 2026-11-22T10:15:31Z");
        }
        return expiration;
    }
}
