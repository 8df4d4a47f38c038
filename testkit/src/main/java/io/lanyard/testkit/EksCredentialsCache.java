// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What agent 0.1.37 keeps in memory, by token, with the renewals that its janitor makes each minute.
 *
 * <p>There is no janitor here: a request catches up on the sweeps since the last one, each as of its own full minute, so
 * that credentials are as old as the real agent's would be. Not thread-safe.
 */
final class EksCredentialsCache {
    /** Credentials with no more than this left are neither kept nor given. */
    static final Duration SHORTEST_LIFE = Duration.ofSeconds(15);

    private static final Duration RENEWAL = Duration.ofHours(3);

    /** The agent adds up to a minute by chance; both come to the second sweep from the failed one. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final Map<String, Entry> entries = new HashMap<>();
    private final Set<String> inFlight = new HashSet<>();

    /** How the cache asks for a renewal. */
    @FunctionalInterface
    interface Renewal {
        /** What comes of it at that moment. */
        Told ask(Jwt jwt, Instant at);
    }

    /**
     * What asking EKS Auth came to.
     *
     * @param credentials null for a refusal
     * @param refusal what the client is told then
     * @param forGood whether the agent forgets what it holds
     */
    record Told(
            @Nullable IssuedCredentials credentials,
            @Nullable HttpAnswer refusal,
            boolean forGood) {}

    private record Entry(Jwt jwt, IssuedCredentials credentials, Instant due) {}

    /** What a request with that token is given; null if EKS Auth must be asked. */
    @Nullable
    IssuedCredentials held(Jwt jwt, Instant now, Renewal renewal) {
        Entry entry = entries.get(jwt.token());
        while (entry != null) {
            Instant sweep = entry.due.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
            if (sweep.isAfter(now)) {
                break;
            }
            entry = renewed(entry, sweep, renewal);
        }
        if (entry == null || !isWorthGiving(entry.credentials, now)) {
            entries.remove(jwt.token());
            return null;
        }
        entries.put(jwt.token(), entry);
        return entry.credentials;
    }

    /** Whether nobody else is asking EKS Auth for that token; the caller is from now on, until it has {@link #landed}. */
    boolean leads(Jwt jwt) {
        return inFlight.add(jwt.token());
    }

    void landed(Jwt jwt) {
        inFlight.remove(jwt.token());
    }

    void keep(Jwt jwt, IssuedCredentials fetched, Instant now) {
        if (isWorthGiving(fetched, now)) {
            entries.put(jwt.token(), entry(jwt, fetched, now));
        }
    }

    void clear() {
        entries.clear();
    }

    private static @Nullable Entry renewed(Entry old, Instant sweep, Renewal renewal) {
        Told told = renewal.ask(old.jwt, sweep);
        if (told.credentials() != null) {
            return entry(old.jwt, told.credentials(), sweep);
        }
        if (told.forGood() || !isWorthGiving(old.credentials, sweep)) {
            return null;
        }
        return new Entry(old.jwt, old.credentials, earlier(old.credentials.expiration(), sweep.plus(RETRY)));
    }

    private static Entry entry(Jwt jwt, IssuedCredentials credentials, Instant fetched) {
        return new Entry(jwt, credentials, earlier(credentials.expiration(), fetched.plus(RENEWAL)));
    }

    private static boolean isWorthGiving(IssuedCredentials credentials, Instant now) {
        return now.plus(SHORTEST_LIFE).isBefore(credentials.expiration());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
