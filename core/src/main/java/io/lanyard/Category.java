// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

/** The category of a {@link CredentialsException}; its name begins the message. */
public enum Category {
    /** No container credentials are configured: an outcome rather than a fault. */
    NOT_CONFIGURED,
    /** The configured URI cannot be used: scheme, host, user info, fragment or control characters. */
    INVALID_URI,
    /** The configured host is not one that a token may be sent to. */
    HOST_NOT_ALLOWED,
    /** The token file is missing, empty, unreadable, too large or not UTF-8. */
    TOKEN_FILE_UNREADABLE,
    /** The token holds characters that no HTTP header may carry. */
    INVALID_TOKEN,
    /** The agent could not be reached, or the exchange broke off or took too long. */
    UNREACHABLE,
    /** The agent answered with a status other than 200. */
    HTTP_STATUS,
    /** The agent answered 200 with an error code in the body. */
    SERVICE_ERROR,
    /** The agent answered something that is not a set of credentials. */
    INVALID_RESPONSE,
    /** The agent returned expired credentials, or the cached ones expired and stale ones are not served. */
    EXPIRED,
    /** The config or credentials file exists but cannot be read, or its content cannot be parsed. */
    PROFILE_UNREADABLE,
    /** A source of a chain failed in a way that it does not classify, or did not answer. */
    SOURCE_FAILED,
    /** No source of a chain provided credentials. */
    CHAIN_EXHAUSTED
}
