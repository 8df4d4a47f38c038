// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

/** What kind of failure a {@link CredentialsException} is. */
public enum Category {
    /** No container credentials are configured: an outcome rather than a fault. */
    NOT_CONFIGURED("NotConfigured"),
    /** The configured URI cannot be used: scheme, host, user info, fragment or control characters. */
    INVALID_URI("InvalidUri"),
    /** The configured host is not one that a token may be sent to. */
    HOST_NOT_ALLOWED("HostNotAllowed"),
    /** The token file is missing, empty, unreadable, too large or not UTF-8. */
    TOKEN_FILE_UNREADABLE("TokenFileUnreadable"),
    /** The token holds characters that no HTTP header may carry. */
    INVALID_TOKEN("InvalidToken"),
    /** The agent could not be reached, or the exchange broke off or took too long. */
    UNREACHABLE("Unreachable"),
    /** The agent answered with a status other than 200. */
    HTTP_STATUS("HttpStatus"),
    /** The agent answered 200 with an error code in the body. */
    SERVICE_ERROR("ServiceError"),
    /** The agent answered something that is not a set of credentials. */
    INVALID_RESPONSE("InvalidResponse"),
    /** The agent returned expired credentials, or the cached ones expired and stale ones are not served. */
    EXPIRED("Expired"),
    /** The config or credentials file exists but cannot be read, or its content cannot be parsed. */
    PROFILE_UNREADABLE("ProfileUnreadable"),
    /** A source of a chain failed in a way that it does not classify, or did not answer. */
    SOURCE_FAILED("SourceFailed"),
    /** No source of a chain provided credentials. */
    CHAIN_EXHAUSTED("ChainExhausted");

    private final String label;

    Category(String label) {
        this.label = label;
    }

    /**
     * The name as it stands in messages, for example {@code HostNotAllowed}.
     *
     * @return the name in messages
     */
    public String label() {
        return label;
    }

    @Override
    public String toString() {
        return label;
    }
}
