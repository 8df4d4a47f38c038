// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import io.lanyard.internal.text.ForeignText;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that the agent returned.
 *
 * <p>Immutable and safe for use by any thread. Equality compares every field, the secrets included. {@link
 * #toString()} shows the access key id, the account, the role and the expiration, and no secret.
 */
public final class ContainerCredentials {

    private static final int LONGEST_SHOWN_PART = 20;

    private final String accessKeyId;
    private final String secretAccessKey;
    private final @Nullable String sessionToken;
    private final @Nullable Instant expiration;
    private final @Nullable String accountId;
    private final @Nullable String roleArn;

    private ContainerCredentials(Builder builder) {
        this.accessKeyId = Objects.requireNonNull(builder.accessKeyId, "accessKeyId");
        this.secretAccessKey = Objects.requireNonNull(builder.secretAccessKey, "secretAccessKey");
        this.sessionToken = builder.sessionToken;
        this.expiration = builder.expiration;
        this.accountId = builder.accountId;
        this.roleArn = builder.roleArn;
    }

    /**
     * Starts building credentials.
     *
     * @return a new builder without any field set
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the access key id, which is not a secret.
     *
     * @return the access key id, never blank
     */
    public String accessKeyId() {
        return accessKeyId;
    }

    /**
     * Returns the secret access key.
     *
     * @return the secret, never blank
     */
    public String secretAccessKey() {
        return secretAccessKey;
    }

    /**
     * Returns the session token.
     *
     * @return the session token; empty for long-term credentials
     */
    public Optional<String> sessionToken() {
        return Optional.ofNullable(sessionToken);
    }

    /**
     * Returns when the credentials expire, as the agent stated it.
     *
     * @return the expiration; empty when they do not expire
     */
    public Optional<Instant> expiration() {
        return Optional.ofNullable(expiration);
    }

    /**
     * Returns the AWS account of the credentials, as the agent states it (EKS) or from the role's ARN (ECS).
     *
     * @return the account id; empty where it is not known
     */
    public Optional<String> accountId() {
        return Optional.ofNullable(accountId);
    }

    /**
     * Returns the role of the credentials. The ECS agent states it, the EKS agent does not.
     *
     * @return the ARN as the agent wrote it; empty where it is not known
     */
    public Optional<String> roleArn() {
        return Optional.ofNullable(roleArn);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContainerCredentials that
                && accessKeyId.equals(that.accessKeyId)
                && secretAccessKey.equals(that.secretAccessKey)
                && Objects.equals(sessionToken, that.sessionToken)
                && Objects.equals(expiration, that.expiration)
                && Objects.equals(accountId, that.accountId)
                && Objects.equals(roleArn, that.roleArn);
    }

    @Override
    public int hashCode() {
        return Objects.hash(accessKeyId, expiration);
    }

    @Override
    public String toString() {
        List<String> secrets = sessionToken == null ? List.of(secretAccessKey) : List.of(secretAccessKey, sessionToken);
        // an application may have built these credentials, so nothing has been checked
        String id = ForeignText.repeats(accessKeyId, secrets, LONGEST_SHOWN_PART)
                ? null
                : ForeignText.idOrNull(accessKeyId, List.of());
        StringBuilder text =
                new StringBuilder("ContainerCredentials(accessKeyId=").append(id == null ? "[not shown]" : id);
        if (accountId != null && ForeignText.idOrNull(accountId, secrets) != null) {
            text.append(", accountId=").append(accountId);
        }
        if (roleArn != null) {
            text.append(", roleArn=").append(ForeignText.clean(roleArn, secrets, ForeignText.LIMIT));
        }
        return text.append(", expiration=")
                .append(expiration == null ? "none" : expiration)
                .append(')')
                .toString();
    }

    /** Builds {@link ContainerCredentials}. Not safe for use by several threads at once. */
    public static final class Builder {
        private @Nullable String accessKeyId;
        private @Nullable String secretAccessKey;
        private @Nullable String sessionToken;
        private @Nullable Instant expiration;
        private @Nullable String accountId;
        private @Nullable String roleArn;

        private Builder() {}

        /**
         * Sets the access key id (required).
         *
         * @param accessKeyId the access key id
         * @return this builder
         */
        public Builder accessKeyId(String accessKeyId) {
            this.accessKeyId = accessKeyId;
            return this;
        }

        /**
         * Sets the secret access key (required).
         *
         * @param secretAccessKey the secret
         * @return this builder
         */
        public Builder secretAccessKey(String secretAccessKey) {
            this.secretAccessKey = secretAccessKey;
            return this;
        }

        /**
         * Sets the session token.
         *
         * @param sessionToken the token, or null for none
         * @return this builder
         */
        public Builder sessionToken(@Nullable String sessionToken) {
            this.sessionToken = sessionToken;
            return this;
        }

        /**
         * Sets when the credentials expire.
         *
         * @param expiration the moment, or null for credentials that do not expire
         * @return this builder
         */
        public Builder expiration(@Nullable Instant expiration) {
            this.expiration = expiration;
            return this;
        }

        /**
         * Sets the AWS account.
         *
         * @param accountId the account id, or null where it is not known
         * @return this builder
         */
        public Builder accountId(@Nullable String accountId) {
            this.accountId = accountId;
            return this;
        }

        /**
         * Sets the role.
         *
         * @param roleArn the ARN, or null where it is not known
         * @return this builder
         */
        public Builder roleArn(@Nullable String roleArn) {
            this.roleArn = roleArn;
            return this;
        }

        /**
         * Builds the credentials.
         *
         * @return the credentials
         * @throws NullPointerException when the access key id or the secret is not set
         */
        public ContainerCredentials build() {
            return new ContainerCredentials(this);
        }

        @Override
        public String toString() {
            return "ContainerCredentials.Builder()";
        }
    }
}
