// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.lanyard.ContainerCredentials;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a 200.
 *
 * <p>No failure quotes the body, or keeps the JSON parser's own exception, whose message does.
 */
final class CredentialsParser {

    /** The one factory; it is safe for use by any thread. */
    static final JsonFactory JSON = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** The fields of the protocol; any other is passed over. */
    private enum Field {
        CODE("Code"),
        MESSAGE("Message"),
        ACCESS_KEY_ID("AccessKeyId"),
        SECRET_ACCESS_KEY("SecretAccessKey"),
        TOKEN("Token"),
        EXPIRATION("Expiration"),
        ACCOUNT_ID("AccountId"),
        ROLE_ARN("RoleArn");

        private static final Field[] ALL = values();

        private final String key;

        Field(String key) {
            this.key = key;
        }

        static @Nullable Field of(String key) {
            for (Field field : ALL) {
                if (field.key.equalsIgnoreCase(key)) {
                    return field;
                }
            }
            return null;
        }
    }

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

    private final Map<Field, String> values = new EnumMap<>(Field.class);
    private final Set<Field> exact = EnumSet.noneOf(Field.class);

    private CredentialsParser() {}

    static ContainerCredentials parse(byte[] body) throws UnusableBodyException, ServiceErrorException {
        CredentialsParser parser = new CredentialsParser();
        try (JsonParser json = JSON.createParser(body)) {
            parser.read(json);
        } catch (IOException | IllegalArgumentException e) {
            throw new UnusableBodyException("the body is not JSON, or ends too early, or names a field twice");
        }
        return parser.credentials();
    }

    private void read(JsonParser json) throws IOException, UnusableBodyException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new UnusableBodyException("the body is not a JSON object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            Field field = Field.of(key);
            JsonToken value = json.nextToken();
            if (field == null) {
                json.skipChildren();
            } else {
                put(field, key.equals(field.key), value, json);
            }
        }
        if (json.nextToken() != null) {
            throw new UnusableBodyException("the body goes on after its JSON object");
        }
    }

    private void put(Field field, boolean isExact, JsonToken kind, JsonParser json)
            throws IOException, UnusableBodyException {
        if (exact.contains(field)) {
            json.skipChildren(); // another spelling of a field that is there under its own name
            return;
        }
        if (!isExact && values.containsKey(field)) {
            throw new UnusableBodyException("the body names the field " + field.key + " twice");
        }
        if (kind != JsonToken.VALUE_STRING && kind != JsonToken.VALUE_NULL) {
            throw new UnusableBodyException(field.key + " is not a string");
        }
        String text = kind == JsonToken.VALUE_NULL ? "" : json.getText();
        if (isExact) {
            exact.add(field);
        }
        values.put(field, text.isBlank() ? "" : text);
    }

    private ContainerCredentials credentials() throws UnusableBodyException, ServiceErrorException {
        String code = text(Field.CODE);
        if (code != null && !code.equals("Success")) {
            throw new ServiceErrorException(code, text(Field.MESSAGE));
        }
        return ContainerCredentials.builder()
                .accessKeyId(required(Field.ACCESS_KEY_ID))
                .secretAccessKey(required(Field.SECRET_ACCESS_KEY))
                .sessionToken(printable(Field.TOKEN))
                .expiration(expiration())
                .accountId(printable(Field.ACCOUNT_ID))
                .roleArn(printable(Field.ROLE_ARN))
                .build();
    }

    /** The field's text; what is blank, null or missing is absent. */
    private @Nullable String text(Field field) {
        String text = values.get(field);
        return text == null || text.isEmpty() ? null : text;
    }

    private String required(Field field) throws UnusableBodyException {
        String value = printable(field);
        if (value == null) {
            throw new UnusableBodyException("the body has no " + field.key);
        }
        return value;
    }

    /** These values go into headers and logs. */
    private @Nullable String printable(Field field) throws UnusableBodyException {
        String value = text(field);
        for (int i = 0; value != null && i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new UnusableBodyException(field.key + " has a control character");
            }
        }
        return value;
    }

    private @Nullable Instant expiration() throws UnusableBodyException {
        String text = text(Field.EXPIRATION);
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
