// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Duration;

/**
 * What the agents of EKS and ECS have in common besides: each can hold the credentials it has given, and limit the rate
 * of requests.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public abstract sealed class CredentialsAgent extends CredentialsServer
        permits EcsCredentialsAgent, EksPodIdentityAgent {
    private volatile boolean caching;

    CredentialsAgent(String name, Duration idle, Builder<?> builder) {
        super(name, idle, builder);
    }

    /**
     * Whether to give the same credentials again. Off at first: each request gets new ones.
     *
     * @param on what it means, each agent's description says
     */
    public void cache(boolean on) {
        this.caching = on;
    }

    @Override
    Runnable ownRestorePoint() {
        boolean on = caching;
        return () -> cache(on);
    }

    boolean isCaching() {
        return caching;
    }

    /**
     * Settings of an agent before it starts. Not thread-safe.
     *
     * @param <B> the builder's own type
     */
    public abstract static sealed class Builder<B extends Builder<B>> extends CredentialsServer.Builder<B>
            permits EcsCredentialsAgent.Builder, EksPodIdentityAgent.Builder {
        boolean rateLimited;

        Builder() {}

        /**
         * Limits the rate of requests as the real agent does. Off if not set, so that no test's outcome depends on how
         * fast the machine is. The limiter runs on the agent's clock.
         *
         * @return this
         */
        public B rateLimited() {
            this.rateLimited = true;
            return self();
        }
    }
}
