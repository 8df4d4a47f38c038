// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.chain.ChainReport;
import io.lanyard.chain.Identity;
import io.lanyard.chain.LinkReport;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.lang.Nullable;

/**
 * {@code /actuator/lanyard}: which source gives the credentials, which do not, and why; read-only and free of secrets.
 *
 * <p>The answer is made of strings, numbers, lists and maps alone, which every JSON library writes alike.
 */
@Endpoint(id = "lanyard")
final class LanyardEndpoint {

    private final LanyardDefaultCredentialsProvider provider;

    LanyardEndpoint(LanyardDefaultCredentialsProvider provider) {
        this.provider = provider;
    }

    /**
     * The report.
     *
     * @param probe true to ask every configured source, which may take as long as they do; changes nothing
     */
    @ReadOperation
    public Map<String, Object> credentials(@Nullable Boolean probe) {
        ChainReport report = provider.explain(Boolean.TRUE.equals(probe));
        Map<String, Object> answer = new LinkedHashMap<>();
        report.inUse().ifPresent(link -> answer.put("inUse", link.slot().name()));
        provider.status().refresh().ifPresent(refresh -> answer.put("refresh", describe(refresh)));
        answer.put(
                "sources",
                report.links().stream().map(LanyardEndpoint::describe).toList());
        answer.put("text", report.toString().lines().toList());
        return answer;
    }

    private static Map<String, Object> describe(RefreshStatus refresh) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("state", refresh.state().name());
        put(answer, "end", refresh.end());
        put(answer, "advisoryFrom", refresh.advisoryFrom());
        put(answer, "mandatoryFrom", refresh.mandatoryFrom());
        answer.put("loading", refresh.loading());
        answer.put("servingExpired", refresh.servingExpired());
        answer.put("failuresInARow", refresh.failuresInARow());
        put(answer, "nextTry", refresh.nextTry());
        answer.put("refreshes", refresh.refreshes());
        answer.put("unchanged", refresh.unchanged());
        answer.put("failures", refresh.failures());
        return answer;
    }

    private static Map<String, Object> describe(LinkReport link) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("source", link.slot().name());
        answer.put("state", link.state().name());
        if (!link.reason().isEmpty()) {
            answer.put("reason", link.reason());
        }
        link.identity().ifPresent(who -> answer.put("identity", describe(who)));
        put(answer, "endpoint", link.description().endpoint());
        put(answer, "token", link.description().token());
        put(answer, "failure", link.failure());
        put(answer, "remedy", link.remedy());
        List<String> settings = link.settings().stream().map(Object::toString).toList();
        if (!settings.isEmpty()) {
            answer.put("settings", settings);
        }
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
