// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a successful load brought: the credentials, their identity, and when they expire. A load that fails throws an
 * {@link io.lanyard.CredentialsException}, which says the kind of failure and the remedy.
 *
 * <p>Immutable; as safe for use by several threads as the value is.
 *
 * @param <T> the credentials' type
 */
public final class Loaded<T> {

    private final T value;
    private final String identity;
    private final @Nullable Instant expiration;

    private Loaded(T value, String identity, @Nullable Instant expiration) {
        this.value = Objects.requireNonNull(value, "value");
        this.identity = Objects.requireNonNull(identity, "identity");
        this.expiration = expiration;
    }

    /**
     * Creates the outcome of a load.
     *
     * @param value the credentials; those that equal the cached ones are not newer
     * @param identity their name in logs, events and rejections: the access key id; free of secrets
     * @param expiration when they expire by the local clock, or null when they do not
     * @param <T> the credentials' type
     * @return the outcome
     */
    public static <T> Loaded<T> of(T value, String identity, @Nullable Instant expiration) {
        return new Loaded<>(value, identity, expiration);
    }

    /**
     * Returns the credentials.
     *
     * @return the credentials
     */
    public T value() {
        return value;
    }

    /**
     * Returns the identity of the credentials.
     *
     * @return the access key id
     */
    public String identity() {
        return identity;
    }

    /**
     * Returns when the credentials expire by the local clock.
     *
     * @return the expiration; absent when they do not expire
     */
    public Optional<Instant> expiration() {
        return Optional.ofNullable(expiration);
    }

    @Override
    public String toString() {
        return "Loaded(" + identity + ")";
    }
}
