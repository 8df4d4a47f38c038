// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.http.HttpAnswer;

/**
 * An error of AWS STS, with the code and the status of its API.
 *
 * <p>{@link StsService} answers most of these by itself; {@link #fault()} makes it answer any of them.
 */
public enum StsError {
    /** 400 {@code Throttling}: the account has reached its limit of requests. */
    THROTTLING(400, "Throttling", "Rate exceeded"),
    /** 400 {@code ExpiredTokenException}: the web identity token has expired. */
    EXPIRED_WEB_IDENTITY_TOKEN(
            400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"),
    /** 400 {@code InvalidIdentityToken}: the token is not a JWT, has another audience, or its provider is unknown. */
    INVALID_IDENTITY_TOKEN(
            400, "InvalidIdentityToken", "The web identity token that was passed could not be validated"),
    /** 400 {@code IDPCommunicationError}: STS could not reach the cluster's identity provider. */
    IDP_COMMUNICATION_ERROR(
            400,
            "IDPCommunicationError",
            "The identity provider could not be reached to verify the web identity token"),
    /** 403 {@code AccessDenied}: the role's trust policy does not let the caller assume it. */
    ACCESS_DENIED(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
    /** 400 {@code ValidationError}: a parameter is missing or malformed. */
    VALIDATION_ERROR(400, "ValidationError", "Request ARN is invalid"),
    /** 400 {@code InvalidAction}: STS, or this emulator, does not have the action. */
    INVALID_ACTION(400, "InvalidAction", "Could not find operation for version 2011-06-15"),
    /** 403 {@code MissingAuthenticationToken}: the request is not signed. */
    MISSING_AUTHENTICATION_TOKEN(403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    /** 403 {@code InvalidClientTokenId}: the access key is unknown or lacks its session token. */
    INVALID_CLIENT_TOKEN_ID(403, "InvalidClientTokenId", "The security token included in the request is invalid"),
    /** 403 {@code ExpiredToken}: the credentials that signed the request have expired. */
    EXPIRED_TOKEN(403, "ExpiredToken", "The security token included in the request is expired"),
    /** 500 {@code InternalFailure}: STS has an internal error. */
    INTERNAL_FAILURE(500, "InternalFailure", "The request processing has failed because of an unknown error"),
    /** 503 {@code ServiceUnavailable}: STS is unavailable. */
    SERVICE_UNAVAILABLE(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server");

    private final int status;
    private final String code;
    private final String message;

    StsError(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    /**
     * Returns the code in the answer.
     *
     * @return for example {@code Throttling}
     */
    public String code() {
        return code;
    }

    /**
     * Returns a fault that sends this error instead of the service's own answer, for {@link StsService#faults()}.
     *
     * @return a fault that can be combined with others
     */
    public Fault fault() {
        return Fault.answer(answer());
    }

    HttpAnswer answer() {
        return StsXml.error(status, code, message);
    }
}
