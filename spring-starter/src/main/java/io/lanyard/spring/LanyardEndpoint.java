// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.RefreshStatus;
import io.lanyard.chain.ChainReport;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceReport;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Reports which source provides the credentials, which do not, and why, at {@code /actuator/lanyard}. Holds no secret. A
 * GET makes no request. A POST probes every configured source.
 *
 * <p>One probe runs at a time, and other callers wait for it. Its result is shared for {@link #SHARED}, so no number of
 * calls makes more requests than one probe in that time.
 *
 * <p>The answer has only strings, numbers, lists and maps, which every JSON library writes alike.
 */
@Endpoint(id = "lanyard")
final class LanyardEndpoint {

    private static final Duration SHARED = Duration.ofSeconds(30);

    private final LanyardDefaultCredentialsProvider provider;
    private final LongSupplier nanoTime;
    private final ReentrantLock probing = new ReentrantLock();

    // guarded by probing
    private @Nullable Map<String, Object> probed;
    private long probedAt;

    LanyardEndpoint(LanyardDefaultCredentialsProvider provider) {
        this(provider, System::nanoTime);
    }

    LanyardEndpoint(LanyardDefaultCredentialsProvider provider, LongSupplier nanoTime) {
        this.provider = provider;
        this.nanoTime = nanoTime;
    }

    /** Returns the report without making a request. */
    @ReadOperation
    public Map<String, Object> credentials() {
        return answer(provider.explain());
    }

    /**
     * Probes every configured source, one after the other, and returns what each would provide. Does not change the
     * credentials in use. Blocks for as long as the sources take.
     */
    @WriteOperation
    public Map<String, Object> probe() throws InterruptedException {
        probing.lockInterruptibly();
        try {
            if (probed == null || nanoTime.getAsLong() - probedAt >= SHARED.toNanos()) {
                Map<String, Object> answer = answer(provider.explain(true));
                answer.put("probed", Instant.now().toString());
                probed = Collections.unmodifiableMap(answer);
                probedAt = nanoTime.getAsLong();
            }
            return probed;
        } finally {
            probing.unlock();
        }
    }

    private Map<String, Object> answer(ChainReport report) {
        Map<String, Object> answer = new LinkedHashMap<>();
        report.inUse().ifPresent(source -> answer.put("inUse", source.name().name()));
        provider.status().refresh().ifPresent(refresh -> answer.put("refresh", describe(refresh)));
        answer.put(
                "sources",
                report.sources().stream().map(LanyardEndpoint::describe).toList());
        answer.put("text", report.toString().lines().toList());
        return answer;
    }

    private static Map<String, Object> describe(RefreshStatus refresh) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("state", refresh.state().name());
        put(answer, "expiration", refresh.expiration());
        put(answer, "advisoryFrom", refresh.advisoryFrom());
        put(answer, "mandatoryFrom", refresh.mandatoryFrom());
        answer.put("loading", refresh.loading());
        answer.put("servingStale", refresh.servingStale());
        answer.put("failuresInARow", refresh.failuresInARow());
        put(answer, "nextLoad", refresh.nextLoad());
        answer.put("refreshes", refresh.refreshes());
        answer.put("unchanged", refresh.unchanged());
        answer.put("failures", refresh.failures());
        return answer;
    }

    private static Map<String, Object> describe(SourceReport source) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("source", source.name().name());
        answer.put("state", source.state().name());
        if (!source.reason().isEmpty()) {
            answer.put("reason", source.reason());
        }
        source.identity().ifPresent(identity -> answer.put("identity", describe(identity)));
        source.probed().ifPresent(identity -> answer.put("probed", describe(identity)));
        put(answer, "endpoint", source.description().endpoint());
        put(answer, "token", source.description().token());
        put(answer, "tokenProblem", source.description().tokenProblem());
        put(answer, "failure", source.failure());
        put(answer, "remedy", source.remedy());
        List<String> settings = source.settings().stream().map(Object::toString).toList();
        if (!settings.isEmpty()) {
            answer.put("settings", settings);
        }
        return answer;
    }

    static Map<String, Object> expiration(Identity identity) {
        Map<String, Object> answer = new LinkedHashMap<>();
        put(answer, "expiration", identity.expiration());
        return answer;
    }

    static Map<String, Object> describe(Identity identity) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("accessKeyId", identity.accessKeyId());
        put(answer, "accountId", identity.accountId());
        put(answer, "arn", identity.arn());
        put(answer, "expiration", identity.expiration());
        return answer;
    }

    private static void put(Map<String, Object> answer, String name, Optional<?> value) {
        value.ifPresent(known -> answer.put(name, known.toString()));
    }
}
