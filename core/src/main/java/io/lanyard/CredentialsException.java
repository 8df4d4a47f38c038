// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import io.lanyard.internal.text.ForeignText;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Says why there are no credentials: what happened, where, whether the failure is transient, and the remedy.
 *
 * <p>The message consists of {@link #summary()} and, where there is one, {@code . Remedy: } and {@link #remedy()}, and
 * the {@linkplain #finding() id of the problem} in brackets. Text of an agent or a service is in double quotes,
 * contains no double quote and introduces no remedy, so it cannot pass for Lanyard's advice. Programs use {@link
 * #detail()}, {@link #remedy()} and {@link #finding()} instead of searching the message. Failures that Lanyard builds
 * contain no token and no secret in message, cause or suppressed exceptions.
 *
 * <p>Immutable except for what every {@link Throwable} allows to be added; safe for use by any thread.
 */
public final class CredentialsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A chain of causes may be circular. */
    private static final int DEEPEST_CAUSE = 10;

    private static final int LONGEST_FINDING = 60;

    /** The kind of failure. */
    private final Category category;
    /** What happened. */
    private final String detail;
    /** The message without the remedy. */
    private final String summary;
    /** Whether this is one caller's copy of a shared failure, which is its cause. */
    private final boolean copy;
    /** What it means for the next load. */
    private final FailureKind kind;
    /** The HTTP status, or null. */
    private final @Nullable Integer status;
    /** The service's error code, or null. */
    private final @Nullable String serviceCode;
    /** The id of the service's request, or null. */
    private final @Nullable String requestId;
    /** The URI of the agent, or null. */
    private final @Nullable String endpoint;
    /** How to fix it, or null. */
    private final @Nullable String remedy;
    /** The id of the problem, or null. */
    private final @Nullable String finding;
    /** What a chain found at its sources; lost when the exception is serialized. */
    private final transient @Nullable List<SourceAttempt> attempts;

    private CredentialsException(Builder builder, boolean copy) {
        super(builder.message(), builder.cause);
        this.category = builder.category;
        this.detail = builder.detail;
        this.summary = builder.summary();
        this.copy = copy;
        this.kind = builder.kind();
        this.status = builder.status;
        this.serviceCode = builder.serviceCode;
        this.requestId = builder.requestId;
        this.endpoint = builder.endpoint;
        this.remedy = builder.remedy;
        this.finding = builder.finding;
        this.attempts = builder.attempts;
    }

    /**
     * Starts building an exception.
     *
     * @param category the kind of failure
     * @param detail what happened, free of secrets; foreign text in it has passed {@link ForeignText}
     * @return a new builder for a failure that is not recoverable
     */
    public static Builder builder(Category category, String detail) {
        return new Builder(category, detail);
    }

    /**
     * Starts building an exception like this one that says more or less of what happened.
     *
     * @param detail what happened, as for {@link #builder}
     * @return a new builder with everything else of this exception
     */
    public Builder toBuilder(String detail) {
        Builder same = new Builder(category, detail);
        same.recoverable = recoverable();
        same.local = kind == FailureKind.LOCAL;
        same.status = status;
        same.serviceCode = serviceCode;
        same.requestId = requestId;
        same.endpoint = endpoint;
        same.remedy = remedy;
        same.finding = finding;
        same.cause = getCause();
        same.attempts = attempts();
        return same;
    }

    /**
     * Returns the category of the failure.
     *
     * @return the category
     */
    public Category category() {
        return category;
    }

    /**
     * Returns what happened: the message without category, status, endpoint and remedy.
     *
     * @return the detail
     */
    public String detail() {
        return detail;
    }

    /**
     * Returns the message without the remedy: category, status, code, detail, endpoint and request id.
     *
     * @return the summary
     */
    public String summary() {
        return summary;
    }

    /**
     * Returns whether the failure is transient, so that a retry makes sense.
     *
     * @return true when it is
     */
    public boolean recoverable() {
        return kind != FailureKind.PERMANENT;
    }

    /**
     * Returns what the failure means for the next load, and for cached credentials that have expired.
     *
     * @return the kind
     */
    public FailureKind kind() {
        return kind;
    }

    /**
     * Returns the HTTP status of the agent's answer.
     *
     * @return the status; empty where there was no answer
     */
    public OptionalInt status() {
        return status == null ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /**
     * Returns the error code of the agent or the service behind it, for example {@code AccessDeniedException}.
     *
     * @return the code; empty where there was none
     */
    public Optional<String> serviceCode() {
        return Optional.ofNullable(serviceCode);
    }

    /**
     * Returns the id of the service's request, which AWS Support needs.
     *
     * @return the request id; empty where there was none
     */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * Returns the URI of the agent.
     *
     * @return the URI without its secrets; empty where no URI is configured
     */
    public Optional<String> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /**
     * Returns how to fix it.
     *
     * @return the remedy; empty where the cause is not known
     */
    public Optional<String> remedy() {
        return Optional.ofNullable(remedy);
    }

    /**
     * Returns the id of the problem, where it is a known one. {@code docs/doctor.md} has a section for each.
     *
     * @return for example {@code no-association}
     */
    public Optional<String> finding() {
        return Optional.ofNullable(finding);
    }

    /**
     * Returns what a chain found at each of its sources, in order, when none provided credentials.
     *
     * @return the attempts; empty for a failure of another category
     */
    public List<SourceAttempt> attempts() {
        return attempts == null ? List.of() : attempts;
    }

    /**
     * Returns a copy for one caller to throw: with the same fields and message, the frames of the calling thread, and
     * the shared failure as its cause. A copy of a copy has the original as its cause, so that causes do not pile up.
     *
     * @return a new exception
     */
    public CredentialsException forCaller() {
        CredentialsException own = new CredentialsException(toBuilder(detail).cause(shared()), true);
        StackTraceElement[] frames = own.getStackTrace();
        int first = 0;
        while (first < frames.length
                && frames[first].getClassName().equals(CredentialsException.class.getName())
                && frames[first].getMethodName().equals("forCaller")) {
            first++;
        }
        own.setStackTrace(Arrays.copyOfRange(frames, first, frames.length));
        return own;
    }

    /**
     * Returns the failure that callers share: this one, or the one of which this is a {@linkplain #forCaller caller's}
     * copy.
     *
     * @return the shared failure
     */
    public CredentialsException shared() {
        return copy && getCause() instanceof CredentialsException original ? original : this;
    }

    /**
     * Finds the failure of Lanyard behind one of another library, for example an SDK's.
     *
     * @param failure the exception that was caught
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

    /**
     * Converts a failure to one of Lanyard's, so that it has a category and a kind.
     *
     * @param failure what was thrown
     * @return itself where it is a {@link CredentialsException}; else one with it as the cause, which is transient
     *     unless a permanent failure of Lanyard's is behind it
     */
    public static CredentialsException of(Throwable failure) {
        if (failure instanceof CredentialsException known) {
            return known;
        }
        CredentialsException behind = in(failure).orElse(null);
        return builder(
                        Category.SOURCE_FAILED,
                        behind == null ? ForeignText.message(failure) : ForeignText.summary(behind.summary))
                .recoverable(behind == null || behind.recoverable())
                .remedy(behind == null ? null : behind.remedy)
                .finding(behind == null ? null : behind.finding)
                .cause(failure)
                .build();
    }

    /** Builds a {@link CredentialsException}. Not safe for use by several threads at once. */
    public static final class Builder {
        private final Category category;
        private final String detail;
        private boolean recoverable;
        private boolean local;
        private @Nullable Integer status;
        private @Nullable String serviceCode;
        private @Nullable String requestId;
        private @Nullable String endpoint;
        private @Nullable String remedy;
        private @Nullable String finding;
        private @Nullable Throwable cause;
        private List<SourceAttempt> attempts = List.of();

        private Builder(Category category, String detail) {
            this.category = Objects.requireNonNull(category, "category");
            this.detail = visibleLines(Objects.requireNonNull(detail, "detail"));
        }

        /**
         * Says whether the failure is transient.
         *
         * @param recoverable true when it is
         * @return this builder
         */
        public Builder recoverable(boolean recoverable) {
            this.recoverable = recoverable;
            return this;
        }

        /**
         * Says whether a failure that is transient happened on this machine, so that a retry is cheap. Default: false,
         * except for an unreadable token file and a connection that was refused.
         *
         * @param local true when it happened on this machine
         * @return this builder
         */
        public Builder local(boolean local) {
            this.local = local;
            return this;
        }

        private FailureKind kind() {
            if (!recoverable) {
                return FailureKind.PERMANENT;
            }
            // nothing listens there: the agent is not running, and the services behind it are not reached
            boolean refused = category == Category.UNREACHABLE
                    && (cause instanceof ConnectException || cause instanceof NoRouteToHostException);
            return local || refused || category == Category.TOKEN_FILE_UNREADABLE
                    ? FailureKind.LOCAL
                    : FailureKind.UPSTREAM;
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
         * Sets the service's error code. A text that does not look like a code (ASCII letters, digits, {@code . _ - :},
         * at most 128; or a status with its phrase) is dropped.
         *
         * @param serviceCode the code, or null where there is none
         * @return this builder
         */
        public Builder serviceCode(@Nullable String serviceCode) {
            this.serviceCode = ForeignText.codeOrNull(serviceCode, List.of());
            return this;
        }

        /**
         * Sets the id of the service's request. A text that does not look like an id is dropped, as with {@link
         * #serviceCode}.
         *
         * @param requestId the id, or null where there is none
         * @return this builder
         */
        public Builder requestId(@Nullable String requestId) {
            this.requestId = ForeignText.idOrNull(requestId, List.of());
            return this;
        }

        /**
         * Sets the URI of the agent.
         *
         * @param endpoint the URI, free of secrets, or null where there is none
         * @return this builder
         */
        public Builder endpoint(@Nullable String endpoint) {
            this.endpoint = endpoint == null ? null : ForeignText.visible(endpoint);
            return this;
        }

        /**
         * Sets how to fix it. Foreign names in it have been checked for their shape.
         *
         * @param remedy the remedy in words, or null where the cause is not known
         * @return this builder
         */
        public Builder remedy(@Nullable String remedy) {
            this.remedy = remedy == null ? null : ForeignText.visible(remedy);
            return this;
        }

        /**
         * Sets the id of the problem. A text that does not look like one (lower-case letters, digits and hyphens, at
         * most 60) is dropped.
         *
         * @param finding the id, for example {@code no-association}, or null where the problem is not a known one
         * @return this builder
         */
        public Builder finding(@Nullable String finding) {
            this.finding = finding != null && isId(finding) ? finding : null;
            return this;
        }

        private static boolean isId(String text) {
            boolean valid = !text.isEmpty() && text.length() <= LONGEST_FINDING;
            for (int i = 0; i < text.length() && valid; i++) {
                char c = text.charAt(i);
                valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
            }
            return valid;
        }

        /**
         * Sets what a chain found at its sources.
         *
         * @param attempts the attempts, in the order of the chain
         * @return this builder
         */
        public Builder attempts(List<SourceAttempt> attempts) {
            this.attempts = List.copyOf(attempts);
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
            return new CredentialsException(this, false);
        }

        /** Line breaks are kept: a failure of several sources has one source a line. */
        private static String visibleLines(String detail) {
            String[] lines = detail.split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                lines[i] = ForeignText.visible(lines[i]);
            }
            return String.join("\n", lines);
        }

        private String summary() {
            String where = endpoint == null ? "" : endpoint;
            if (requestId != null) {
                where += (endpoint == null ? "" : ", ") + "request id " + requestId;
            }
            return category
                    + (status == null ? "" : " " + status)
                    + (serviceCode == null ? "" : " " + serviceCode)
                    + ": "
                    + detail
                    + (where.isEmpty() ? "" : " [" + where + "]");
        }

        private String message() {
            String summary = summary();
            String text =
                    remedy == null ? summary : summary + (summary.endsWith(".") ? " Remedy: " : ". Remedy: ") + remedy;
            return finding == null ? text : text + " [" + finding + "]";
        }
    }
}
