// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a value is refreshed, and what becomes of it when that fails.
 *
 * <p>Immutable and safe for use by any thread. The windows are those that the AWS SDKs have agreed on,
 * except that lifetimes of 90 min and more are refreshed from their middle on.
 */
public final class RefreshPolicy {

    private static final RefreshPolicy STANDARD = new Builder().build();

    private static final Duration SHORT_LIFETIME = Duration.ofMinutes(20);
    private static final Duration LONG_LIFETIME = Duration.ofMinutes(90);

    private final @Nullable Duration advisoryWindow;
    private final Duration mandatoryWindow;
    private final Duration expirationMargin;
    private final Duration recheckInterval;
    private final ExpiredCredentials expiredCredentials;
    private final Backoff backoff;

    private RefreshPolicy(Builder builder) {
        this.advisoryWindow = builder.advisoryWindow;
        this.mandatoryWindow = builder.mandatoryWindow;
        this.expirationMargin = builder.expirationMargin;
        this.recheckInterval = builder.recheckInterval;
        this.expiredCredentials = builder.expiredCredentials;
        this.backoff = builder.backoff;
    }

    /**
     * Returns the default policy.
     *
     * @return the policy with every option at its default
     */
    public static RefreshPolicy standard() {
        return STANDARD;
    }

    /**
     * Starts building a policy.
     *
     * @return a new builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts building a policy like this one.
     *
     * @return a new builder with this policy's options
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.advisoryWindow = advisoryWindow;
        builder.mandatoryWindow = mandatoryWindow;
        builder.expirationMargin = expirationMargin;
        builder.recheckInterval = recheckInterval;
        builder.expiredCredentials = expiredCredentials;
        builder.backoff = backoff;
        return builder;
    }

    /**
     * Returns the advisory window that was set for every lifetime.
     *
     * @return the window, absent when it depends on the lifetime
     */
    public Optional<Duration> advisoryWindow() {
        return Optional.ofNullable(advisoryWindow);
    }

    /**
     * Returns how long before the expiration the first refresh of a value is due.
     *
     * @param lifetime the lifetime of the value when it was stored
     * @return the window that was set; else 5 min up to a lifetime of 20 min, 15 min below 90 min, 60 min from there on; the
     *     refresh comes somewhat earlier at random, for lifetimes of 90 min and more as early as at half of the lifetime
     */
    public Duration advisoryWindow(Duration lifetime) {
        if (advisoryWindow != null) {
            return advisoryWindow;
        }
        if (lifetime.compareTo(SHORT_LIFETIME) <= 0) {
            return Duration.ofMinutes(5);
        }
        return lifetime.compareTo(LONG_LIFETIME) < 0 ? Duration.ofMinutes(15) : Duration.ofMinutes(60);
    }

    /**
     * Returns how much earlier than that the first refresh may come, at random, so that processes that started together spread out.
     *
     * <p>A tenth of the window; for a lifetime of 90 min and more, as far back as to its middle, unless a window was set. An
     * EKS agent renews credentials of 6 h when they are 3 h old, so that from then on newer ones are available;
     * and a client that refreshes earlier has more left when the service is away for hours ({@code lanyard-bench fleet}).
     */
    Duration advisoryJitter(Duration lifetime) {
        Duration window = advisoryWindow(lifetime);
        Duration toTheMiddle = lifetime.dividedBy(2).minus(window);
        Duration tenth = window.dividedBy(10);
        boolean isLong = advisoryWindow == null && lifetime.compareTo(LONG_LIFETIME) >= 0;
        return isLong && toTheMiddle.compareTo(tenth) > 0 ? toTheMiddle : tenth;
    }

    /**
     * Returns how long before the expiration a refresh becomes urgent.
     *
     * @return the window, never longer in effect than the advisory one
     */
    public Duration mandatoryWindow() {
        return mandatoryWindow;
    }

    /**
     * Returns how long before their stated expiration credentials count as expired.
     *
     * @return the margin, in effect never more than a third of the lifetime seen
     */
    public Duration expirationMargin() {
        return expirationMargin;
    }

    /**
     * Returns how often a value without an expiration is loaded again.
     *
     * @return the interval
     */
    public Duration recheckInterval() {
        return recheckInterval;
    }

    /**
     * Returns what happens with expired credentials while no newer ones can be loaded.
     *
     * @return what happens with them
     */
    public ExpiredCredentials expiredCredentials() {
        return expiredCredentials;
    }

    /**
     * Returns the back-off after a failure.
     *
     * @return the back-off
     */
    public Backoff backoff() {
        return backoff;
    }

    @Override
    public String toString() {
        return "RefreshPolicy(advisoryWindow=" + (advisoryWindow == null ? "by lifetime" : advisoryWindow)
                + ", mandatoryWindow=" + mandatoryWindow + ", expirationMargin=" + expirationMargin
                + ", recheckInterval="
                + recheckInterval + ", expiredCredentials=" + expiredCredentials + ")";
    }

    /** Builds a {@link RefreshPolicy}. Not safe for use by several threads at once. */
    public static final class Builder {
        private @Nullable Duration advisoryWindow;
        private Duration mandatoryWindow = Duration.ofMinutes(1);
        private Duration expirationMargin = Duration.ofSeconds(5);
        private Duration recheckInterval = Duration.ofHours(1);
        private ExpiredCredentials expiredCredentials = ExpiredCredentials.KEEP;
        private Backoff backoff = Backoff.standard();

        private Builder() {}

        /**
         * Sets how long before the expiration the first refresh is due. Default: by the lifetime of the value, as {@link
         * RefreshPolicy#advisoryWindow(Duration)} says. A window that would begin in the first quarter of a lifetime falls
         * back to half of that lifetime, so that short lifetimes do not loop.
         *
         * @param window a positive duration, or null for the default
         * @return this builder
         */
        public Builder advisoryWindow(@Nullable Duration window) {
            this.advisoryWindow = window == null ? null : positive(window, "advisoryWindow");
            return this;
        }

        /**
         * Sets how long before the expiration a refresh becomes urgent. Default: 1 min.
         *
         * @param window a positive duration
         * @return this builder
         */
        public Builder mandatoryWindow(Duration window) {
            this.mandatoryWindow = positive(window, "mandatoryWindow");
            return this;
        }

        /**
         * Sets how long before their stated expiration credentials count as expired, for the time on the way to the service and for
         * clocks that differ. Default: 5 s, of a lifetime below 15 s a third.
         *
         * @param margin zero or a positive duration
         * @return this builder
         */
        public Builder expirationMargin(Duration margin) {
            if (margin.isNegative()) {
                throw new IllegalArgumentException("expirationMargin must not be negative but is " + margin);
            }
            this.expirationMargin = margin;
            return this;
        }

        /**
         * Sets how often a value without an expiration is loaded again. Default: 1 h, as in the AWS SDK for Java.
         *
         * @param interval a positive duration
         * @return this builder
         */
        public Builder recheckInterval(Duration interval) {
            this.recheckInterval = positive(interval, "recheckInterval");
            return this;
        }

        /**
         * Sets what happens with expired credentials while no newer ones can be loaded. Default: {@link
         * ExpiredCredentials#KEEP}.
         *
         * @param expiredCredentials what happens with them
         * @return this builder
         */
        public Builder expiredCredentials(ExpiredCredentials expiredCredentials) {
            this.expiredCredentials = Objects.requireNonNull(expiredCredentials, "expiredCredentials");
            return this;
        }

        /**
         * Sets the back-off after a failure. Default: {@link Backoff#standard()}.
         *
         * @param backoff the back-off
         * @return this builder
         */
        public Builder backoff(Backoff backoff) {
            this.backoff = Objects.requireNonNull(backoff, "backoff");
            return this;
        }

        /**
         * Builds the policy.
         *
         * @return the policy
         */
        public RefreshPolicy build() {
            return new RefreshPolicy(this);
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException(name + " must be positive but is " + duration);
            }
            return duration;
        }
    }
}
