// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cache of agent 0.1.37: credentials by token, with the renewals that the agent's janitor makes each minute.
 *
 * <p>There is no janitor here. A request makes up for the sweeps since the last one, each as of its own full minute, so
 * that credentials are as old as the real agent's. Thread-safe; renewals run under the cache's lock.
 *
 * <p>One request loads for a token. The others for that token poll nine times, 200 ms apart in real time, and then load
 * themselves. So they share a success and do not share a failure.
 */
final class EksCredentialsCache {
    /** Credentials with no more than this left are neither cached nor served. */
    static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(15);

    private static final Duration RENEWAL = Duration.ofHours(3);

    /** The agent adds up to a random minute; both lead to the second sweep after the failed one. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private static final int POLLS = 9;
    private static final Duration BETWEEN_POLLS = Duration.ofMillis(200);

    private final InstantSource clock;
    private final Loader loader;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Set<String> inFlight = new HashSet<>();

    /** Loads credentials from EKS Auth at that time, as long as the client waits. */
    @FunctionalInterface
    interface Loader {
        Loaded load(Jwt jwt, Instant at, HttpRequest.Client client);
    }

    /**
     * The result of a load: credentials or a refusal.
     *
     * @param credentials null for a refusal
     * @param refusal the agent's response without credentials, null with them
     * @param permanent whether a renewal with this result evicts the cached credentials
     */
    record Loaded(
            @Nullable IssuedCredentials credentials,
            @Nullable HttpAnswer refusal,
            boolean permanent) {
        static Loaded of(IssuedCredentials credentials) {
            return new Loaded(credentials, null, false);
        }

        static Loaded refused(HttpAnswer refusal, boolean permanent) {
            return new Loaded(null, refusal, permanent);
        }
    }

    private record Entry(Jwt jwt, IssuedCredentials credentials, Instant due) {}

    EksCredentialsCache(InstantSource clock, Loader loader) {
        this.clock = clock;
        this.loader = loader;
    }

    /** Returns the cached credentials for a token, or loads and caches them. */
    Loaded get(Jwt jwt, HttpRequest.Client client) {
        boolean leads;
        synchronized (entries) {
            IssuedCredentials cached = cached(jwt, clock.instant());
            if (cached != null) {
                return Loaded.of(cached);
            }
            leads = inFlight.add(jwt.token());
        }
        try {
            for (int poll = 0; !leads && poll < POLLS; poll++) {
                if (!client.staysFor(BETWEEN_POLLS)) {
                    return Loaded.refused(EksAuth.UNREACHABLE.response(), false);
                }
                synchronized (entries) {
                    IssuedCredentials cached = cached(jwt, clock.instant());
                    if (cached != null) {
                        return Loaded.of(cached);
                    }
                }
            }
            Instant now = clock.instant();
            Loaded loaded = loader.load(jwt, now, client);
            put(jwt, loaded, now);
            return loaded;
        } finally {
            if (leads) {
                synchronized (entries) {
                    inFlight.remove(jwt.token());
                }
            }
        }
    }

    /** Caches the result of a load unless it is a refusal or expires too soon. */
    void put(Jwt jwt, Loaded loaded, Instant at) {
        IssuedCredentials credentials = loaded.credentials();
        if (credentials != null && isUsable(credentials, at)) {
            synchronized (entries) {
                entries.put(jwt.token(), entry(jwt, credentials, at));
            }
        }
    }

    void clear() {
        synchronized (entries) {
            entries.clear();
        }
    }

    private @Nullable IssuedCredentials cached(Jwt jwt, Instant now) {
        Entry entry = entries.get(jwt.token());
        while (entry != null) {
            Instant sweep = entry.due.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
            if (sweep.isAfter(now)) {
                break;
            }
            entry = renewed(entry, sweep);
        }
        if (entry == null || !isUsable(entry.credentials, now)) {
            entries.remove(jwt.token());
            return null;
        }
        entries.put(jwt.token(), entry);
        return entry.credentials;
    }

    private @Nullable Entry renewed(Entry old, Instant sweep) {
        Loaded loaded = loader.load(old.jwt, sweep, duration -> true);
        if (loaded.credentials() != null) {
            return entry(old.jwt, loaded.credentials(), sweep);
        }
        if (loaded.permanent() || !isUsable(old.credentials, sweep)) {
            return null;
        }
        return new Entry(old.jwt, old.credentials, earlier(old.credentials.expiration(), sweep.plus(RETRY)));
    }

    private static Entry entry(Jwt jwt, IssuedCredentials credentials, Instant loaded) {
        return new Entry(jwt, credentials, earlier(credentials.expiration(), loaded.plus(RENEWAL)));
    }

    private static boolean isUsable(IssuedCredentials credentials, Instant now) {
        return now.plus(SHORTEST_LIFETIME).isBefore(credentials.expiration());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
