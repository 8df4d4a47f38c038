// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.ChainStatus;
import io.lanyard.chain.Identity;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Computes the health of the application's credentials, in terms that Spring Boot 3 and 4 share. Reads cached state and
 * makes no request, so that a probe cannot make an outage worse.
 *
 * <p>Unless {@code lanyard.health.fail-on-outage} is set, a problem is reported as UNKNOWN: Spring Boot's aggregate ranks
 * it below UP and maps it to HTTP 200. Many applications use the aggregate as a liveness probe, and a restarted pod would
 * have no credentials at all during the outage.
 */
final class CredentialsHealth {

    /**
     * A health status.
     *
     * @param status its code
     * @param details explain the code
     */
    record Finding(String status, Map<String, Object> details) {}

    private final LanyardDefaultCredentialsProvider provider;
    private final Duration expirationThreshold;
    private final boolean failOnOutage;

    CredentialsHealth(LanyardDefaultCredentialsProvider provider, LanyardProperties properties) {
        this.provider = provider;
        this.expirationThreshold = properties.health().expirationThreshold();
        this.failOnOutage = properties.health().failOnOutage();
    }

    Finding finding() {
        return finding(provider.status(), Instant.now());
    }

    Finding finding(ChainStatus status, Instant now) {
        Map<String, Object> details = new LinkedHashMap<>();
        status.source().ifPresent(source -> details.put("source", source.name()));
        status.identity().ifPresent(identity -> {
            details.put("accessKeyId", identity.accessKeyId());
            identity.accountId().ifPresent(account -> details.put("accountId", account));
            identity.expiration().ifPresent(expiration -> details.put("expiration", expiration.toString()));
        });
        status.refresh().ifPresent(refresh -> {
            details.put("state", refresh.state().name());
            if (refresh.failuresInARow() > 0) {
                details.put("failuresInARow", refresh.failuresInARow());
            }
            if (refresh.expiration()
                    .filter(expiration -> !now.isBefore(expiration))
                    .isPresent()) {
                details.put("stale", true);
            }
            refresh.nextLoad().ifPresent(next -> details.put("nextLoad", next.toString()));
        });
        failure(status).ifPresent(failure -> details.put("failure", category(failure)));
        String code = code(status, now);
        boolean problem = code.equals("DOWN") || code.equals("OUT_OF_SERVICE");
        return new Finding(problem && !failOnOutage ? "UNKNOWN" : code, details);
    }

    private String code(ChainStatus status, Instant now) {
        if (status.source().isEmpty()) {
            return status.failure().isPresent() ? "DOWN" : "UNKNOWN";
        }
        RefreshStatus refresh = status.refresh().orElse(null);
        if (refresh == null && status.failure().isPresent()) {
            // the source refreshes by itself, so the time of its next attempt is not known here
            boolean isValid = status.identity()
                    .flatMap(Identity::expiration)
                    .filter(now::isBefore)
                    .isPresent();
            return isValid ? "UP" : "DOWN";
        }
        if (refresh == null
                || refresh.failuresInARow() == 0
                || refresh.expiration().isEmpty()) {
            return "UP"; // the next call starts a refresh that is due
        }
        Instant expiration = refresh.expiration().get();
        if (!now.isBefore(expiration)) {
            return "DOWN";
        }
        return now.isBefore(expiration.minus(expirationThreshold)) ? "UP" : "OUT_OF_SERVICE";
    }

    private static Optional<CredentialsException> failure(ChainStatus status) {
        return status.failure().or(() -> status.refresh().flatMap(RefreshStatus::lastFailure));
    }

    /** Returns the category of a failure and not its message, because other libraries' messages may contain secrets. */
    private static String category(Throwable failure) {
        return CredentialsException.in(failure)
                .map(CredentialsException::category)
                .map(Category::name)
                .orElse(failure.getClass().getSimpleName());
    }
}
