// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.ChainStatus;
import io.lanyard.chain.Identity;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How well off the application is for credentials, in words that both generations of Spring Boot have. Looks at what is
 * known and asks nobody, so that a probe costs nothing and cannot make an outage worse.
 */
final class CredentialsHealth {

    /** A status by its code, with what there is to say. */
    record Finding(String status, Map<String, Object> details) {}

    private final LanyardDefaultCredentialsProvider provider;
    private final Duration expiryThreshold;

    CredentialsHealth(LanyardDefaultCredentialsProvider provider, LanyardProperties properties) {
        this.provider = provider;
        this.expiryThreshold = properties.health().expiryThreshold();
    }

    Finding finding() {
        return finding(provider.status(), Instant.now());
    }

    Finding finding(ChainStatus status, Instant now) {
        Map<String, Object> details = new LinkedHashMap<>();
        status.source().ifPresent(source -> details.put("source", source.name()));
        status.identity().ifPresent(who -> {
            details.put("accessKeyId", who.accessKeyId());
            who.accountId().ifPresent(account -> details.put("accountId", account));
            who.expiration().ifPresent(end -> details.put("expiration", end.toString()));
        });
        status.refresh().ifPresent(refresh -> {
            details.put("state", refresh.state().name());
            if (refresh.failuresInARow() > 0) {
                details.put("failuresInARow", refresh.failuresInARow());
            }
            refresh.nextTry().ifPresent(next -> details.put("nextTry", next.toString()));
        });
        failure(status).ifPresent(why -> details.put("failure", category(why)));
        return new Finding(code(status, now), details);
    }

    private String code(ChainStatus status, Instant now) {
        if (status.source().isEmpty()) {
            return status.failure().isPresent() ? "DOWN" : "UNKNOWN";
        }
        RefreshStatus refresh = status.refresh().orElse(null);
        if (refresh == null && status.failure().isPresent()) {
            // when it will be asked again, and whether it is to be told before, is not known here
            boolean isValid = status.identity()
                    .flatMap(Identity::expiration)
                    .filter(now::isBefore)
                    .isPresent();
            return isValid ? "UP" : "DOWN";
        }
        if (refresh == null || refresh.failuresInARow() == 0 || refresh.end().isEmpty()) {
            return "UP"; // a refresh that is due is made by the next call
        }
        Instant end = refresh.end().get();
        if (!now.isBefore(end)) {
            return "DOWN";
        }
        return now.isBefore(end.minus(expiryThreshold)) ? "UP" : "OUT_OF_SERVICE";
    }

    private static Optional<Throwable> failure(ChainStatus status) {
        return status.failure().or(() -> status.refresh().flatMap(RefreshStatus::lastFailure));
    }

    /** What kind of failure it is; the words of other libraries are not known to be free of secrets. */
    private static String category(Throwable failure) {
        return CredentialsException.in(failure)
                .map(CredentialsException::category)
                .map(Category::label)
                .orElse(failure.getClass().getSimpleName());
    }
}
