// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The failed attempts of one load, and what follows each: the next attempt, or the failure of the load.
 *
 * <p>When the agent refuses a token that the kubelet has replaced in the meantime, the next attempt sends the new one
 * at once, once in a load. Otherwise {@link RetrySchedule} decides. A load whose first attempt succeeds does not need
 * this class.
 */
final class Retries {

    /** More causes make a stack trace unreadable. */
    private static final int MOST_SUPPRESSED = 4;

    private final CredentialsLoader loader;
    private final long loadStart;
    private final RetrySchedule schedule;

    /** The first failure of each kind. */
    private final Map<Object, CredentialsException> failures = new LinkedHashMap<>();

    private int attempts;
    private boolean tokenReplaced;

    Retries(CredentialsLoader loader, long loadStart, int maxAttempts) {
        this.loader = loader;
        this.loadStart = loadStart;
        this.schedule = new RetrySchedule(maxAttempts, loader.configuration.random);
    }

    /**
     * Waits until the next attempt is due.
     *
     * @return the next attempt
     * @throws CredentialsException the failure of the load, when there is no next attempt
     */
    Attempt after(Attempt failed, RuntimeException e) throws InterruptedException {
        attempts++;
        CredentialsException failure = withEffort(
                e instanceof CredentialsException known
                        ? known
                        : failed.failures().defect(e));
        String replaced = tokenReplaced ? null : replacedToken(failed, failure);
        if (replaced != null) {
            tokenReplaced = true;
            return new Attempt(loader, loadStart, replaced);
        }
        Duration pause = schedule.pauseAfter(
                failure, retryAfter(failed, failure), loader.patienceLeft(), loader.left(loadStart));
        if (pause == null) {
            throw withEarlier(failure);
        }
        failures.putIfAbsent(kind(failure), failure);
        loader.clock().sleep(pause);
        return new Attempt(loader, loadStart, null);
    }

    /** Returns the token that the file holds by now, where the agent refused another; or null. */
    private @Nullable String replacedToken(Attempt failed, CredentialsException failure) throws InterruptedException {
        int status =
                failure.category() == Category.HTTP_STATUS ? failure.status().orElse(0) : 0;
        boolean refused = status == 400 || status == 401 || status == 403;
        if (!refused || !loader.token.mayChange() || loader.left(loadStart).isZero()) {
            return null;
        }
        try {
            String now = loader.token.read(loader.configuration.environment, loader.clock());
            return now == null || now.equals(failed.token()) ? null : now;
        } catch (CredentialsException unreadable) {
            return null; // the agent's answer explains more
        }
    }

    private @Nullable Duration retryAfter(Attempt failed, CredentialsException failure) {
        AgentResponse response = failed.response();
        return response == null || failure.category() != Category.HTTP_STATUS
                ? null
                : response.header("Retry-After")
                        .map(header ->
                                RetrySchedule.retryAfter(header, loader.clock().instant()))
                        .orElse(null);
    }

    /** From the second attempt on, a failure says how long the load tried. */
    private CredentialsException withEffort(CredentialsException failure) {
        if (attempts == 1) {
            return failure;
        }
        Duration elapsed = Duration.ofNanos(loader.clock().nanoTime() - loadStart);
        CredentialsException same = failure.toBuilder(
                        failure.detail() + " (attempt " + attempts + ", after " + AttemptFailures.words(elapsed) + ")")
                .build();
        same.setStackTrace(failure.getStackTrace());
        return same;
    }

    /** Adds some of the earlier failures that were of another kind. */
    private CredentialsException withEarlier(CredentialsException last) {
        failures.remove(kind(last));
        failures.values().stream().limit(MOST_SUPPRESSED).forEach(last::addSuppressed);
        int more = failures.size() - MOST_SUPPRESSED;
        if (more > 0) {
            last.addSuppressed(new IllegalStateException("and " + more + " more failures of other kinds"));
        }
        return last;
    }

    private static Object kind(CredentialsException failure) {
        return List.of(failure.category(), failure.status(), failure.serviceCode());
    }
}
