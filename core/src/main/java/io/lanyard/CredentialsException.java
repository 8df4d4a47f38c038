// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Credentials could not be had: what happened, where, whether it may pass by itself, and what mends it.
 *
 * <p>The message holds all of it on one line. Neither the message nor a cause nor a suppressed exception ever holds a
 * token or a secret. Immutable but for what every {@link Throwable} lets be added; safe for use by any thread.
 */
public final class CredentialsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Causes can be made to run in a circle. */
    private static final int DEEPEST_CAUSE = 10;

    /** The kind of failure. */
    private final Category category;
    /** Whether it may pass by itself. */
    private final boolean recoverable;
    /** The HTTP status, or null. */
    private final @Nullable Integer status;
    /** The service's error code, or null. */
    private final @Nullable String serviceCode;
    /** The id of the service's request, or null. */
    private final @Nullable String requestId;
    /** The URI that was asked, or null. */
    private final @Nullable String endpoint;
    /** What mends it, or null. */
    private final @Nullable String remedy;

    private CredentialsException(Builder builder) {
        super(builder.text(), builder.cause);
        this.category = builder.category;
        this.recoverable = builder.recoverable;
        this.status = builder.status;
        this.serviceCode = builder.serviceCode;
        this.requestId = builder.requestId;
        this.endpoint = builder.endpoint;
        this.remedy = builder.remedy;
    }

    /**
     * Starts building an exception.
     *
     * @param category what kind of failure it is
     * @param detail what happened, free of secrets
     * @return a new builder for a failure that is not recoverable
     */
    public static Builder builder(Category category, String detail) {
        return new Builder(category, detail);
    }

    /**
     * The kind of failure.
     *
     * @return the category
     */
    public Category category() {
        return category;
    }

    /**
     * Whether the failure may pass by itself, so that asking again later makes sense.
     *
     * @return true when it may
     */
    public boolean recoverable() {
        return recoverable;
    }

    /**
     * The HTTP status that the agent answered with, where it answered.
     *
     * @return the status
     */
    public OptionalInt status() {
        return status == null ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /**
     * The error code that the agent or the service behind it gave, for example {@code AccessDeniedException}.
     *
     * @return the code
     */
    public Optional<String> serviceCode() {
        return Optional.ofNullable(serviceCode);
    }

    /**
     * The id of the service's request, which AWS Support asks for.
     *
     * @return the request id
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * The URI that was asked, or was to be asked.
     *
     * @return the URI without anything secret in it
     */
    public Optional<String> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /**
     * What mends it, in words, where the cause is known.
     *
     * @return the remedy
     */
    public Optional<String> remedy() {
        return Optional.ofNullable(remedy);
    }

    /**
     * The failure of ours that is behind another library's, an SDK's for example.
     *
     * @param failure what was caught
     * @return itself or the nearest of its causes that is a {@link CredentialsException}; empty when none is
     */
    public static Optional<CredentialsException> in(Throwable failure) {
        Throwable reason = failure;
        for (int depth = 0; reason != null && depth < DEEPEST_CAUSE; depth++) {
            if (reason instanceof CredentialsException e) {
                return Optional.of(e);
            }
            reason = reason.getCause();
        }
        return Optional.empty();
    }

    /** Builds a {@link CredentialsException}. Not safe for use by several threads at once. */
    public static final class Builder {
        private final Category category;
        private final String detail;
        private boolean recoverable;
        private @Nullable Integer status;
        private @Nullable String serviceCode;
        private @Nullable String requestId;
        private @Nullable String endpoint;
        private @Nullable String remedy;
        private @Nullable Throwable cause;

        private Builder(Category category, String detail) {
            this.category = Objects.requireNonNull(category, "category");
            this.detail = Objects.requireNonNull(detail, "detail");
        }

        /**
         * Says whether the failure may pass by itself.
         *
         * @param recoverable true when it may
         * @return this builder
         */
        public Builder recoverable(boolean recoverable) {
            this.recoverable = recoverable;
            return this;
        }

        /**
         * Sets the HTTP status.
         *
         * @param status the status that the agent answered with
         * @return this builder
         */
        public Builder status(int status) {
            this.status = status;
            return this;
        }

        /**
         * Sets the service's error code.
         *
         * @param serviceCode the code, or null where there is none
         * @return this builder
         */
        public Builder serviceCode(@Nullable String serviceCode) {
            this.serviceCode = serviceCode;
            return this;
        }

        /**
         * Sets the id of the service's request.
         *
         * @param requestId the id, or null where there is none
         * @return this builder
         */
        public Builder requestId(@Nullable String requestId) {
            this.requestId = requestId;
            return this;
        }

        /**
         * Sets the URI that was asked.
         *
         * @param endpoint the URI, free of secrets, or null where there is none
         * @return this builder
         */
        public Builder endpoint(@Nullable String endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        /**
         * Sets what mends it.
         *
         * @param remedy the remedy in words, or null where the cause is not known
         * @return this builder
         */
        public Builder remedy(@Nullable String remedy) {
            this.remedy = remedy;
            return this;
        }

        /**
         * Sets the cause.
         *
         * @param cause the cause, whose texts are free of secrets, or null where there is none
         * @return this builder
         */
        public Builder cause(@Nullable Throwable cause) {
            this.cause = cause;
            return this;
        }

        /**
         * Builds the exception.
         *
         * @return the exception, not thrown yet
         */
        public CredentialsException build() {
            return new CredentialsException(this);
        }

        private String text() {
            StringBuilder text = new StringBuilder(category.label());
            if (status != null) {
                text.append(' ').append(status);
            }
            if (serviceCode != null) {
                text.append(' ').append(serviceCode);
            }
            text.append(": ").append(detail);
            if (endpoint != null) {
                text.append(" [").append(endpoint);
                if (requestId != null) {
                    text.append(", request id ").append(requestId);
                }
                text.append(']');
            }
            if (remedy != null) {
                text.append(text.charAt(text.length() - 1) == '.' ? " Remedy: " : ". Remedy: ")
                        .append(remedy);
            }
            return text.toString();
        }
    }
}
