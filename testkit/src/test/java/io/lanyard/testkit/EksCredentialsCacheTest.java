// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cache of the EKS agent. */
@Timeout(60)
class EksCredentialsCacheTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/App";
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final InstantSource clock = now::get;
    private final ServiceAccountTokens tokens = ServiceAccountTokens.create().withClock(clock);
    private final AtomicInteger made = new AtomicInteger();
    private EksPodIdentityAgent agent;
    private String token;

    @BeforeEach
    void start() {
        agent = EksPodIdentityAgent.builder()
                .clock(clock)
                .fakes((role, expiration, padding) -> new IssuedCredentials(
                        String.format("ASIAPEERPEERPEER%04d", made.incrementAndGet()),
                        "secret",
                        "token",
                        RoleArn.accountOf(role),
                        expiration,
                        role,
                        null))
                .start();
        agent.associate("shop", "cart", ROLE);
        agent.cache(true);
        token = tokens.token("shop", "cart").lifetime(Duration.ofDays(30)).issue();
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private String get() throws IOException {
        return get(token);
    }

    private String get(String withToken) throws IOException {
        return RawClient.exchange(
                agent.port(),
                "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + withToken + "\r\n\r\n");
    }

    /** Returns the number of the served credentials. */
    private int served() throws IOException {
        return Integer.parseInt(field(get(), "AccessKeyId").substring("ASIAPEERPEERPEER".length()));
    }

    private Duration left() throws IOException {
        return Duration.between(now.get(), Instant.parse(field(get(), "Expiration")));
    }

    private static String field(String answer, String name) {
        Matcher matcher = Pattern.compile('"' + name + "\":\"([^\"]*)\"").matcher(answer);
        assertThat(matcher.find()).as(answer).isTrue();
        return matcher.group(1);
    }

    private void after(Duration duration) {
        now.set(NOON.plus(duration));
    }

    private record Line(Instant time, String key, String expiration) {
        static List<Line> capture() throws IOException {
            try (InputStream in =
                    EksCredentialsCacheTest.class.getResourceAsStream("/captures/eks-target-role-59min.txt")) {
                String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
                return text.lines()
                        .map(line -> new Line(
                                Instant.parse("2026-11-22T" + line.substring(0, 8) + "Z"),
                                field(line, "AccessKeyId"),
                                field(line, "Expiration")))
                        .toList();
            }
        }
    }

    @Test
    void the_credentials_of_a_target_role_equal_the_capture() throws Exception {
        List<Line> captured = Line.capture();
        agent.credentialLifetime(Duration.ofSeconds(150)); // the capture's 59 minutes
        now.set(captured.get(0).time());
        token = tokens.token("shop", "cart").lifetime(Duration.ofDays(1)).issue();
        List<Line> replayed = new ArrayList<>();
        for (Line line : captured) {
            now.set(line.time());
            String answer = get();
            replayed.add(new Line(line.time(), field(answer, "AccessKeyId"), field(answer, "Expiration")));
        }
        assertThat(replayed).hasSize(34).isEqualTo(captured);
    }

    @Test
    void credentials_of_a_target_role_are_renewed_in_their_last_15_seconds() throws Exception {
        agent.associate("shop", "cart", ROLE, "arn:aws:iam::444455556666:role/Target");
        assertThat(left()).isEqualTo(Duration.ofMinutes(59));
        assertThat(field(get(), "AccountId")).isEqualTo("444455556666");
        after(Duration.ofMinutes(59).minusSeconds(16));
        assertThat(served()).isEqualTo(1);
        after(Duration.ofMinutes(59).minusSeconds(15));
        assertThat(served()).isEqualTo(2);
        assertThat(left()).isEqualTo(Duration.ofMinutes(59));
    }

    @Test
    void a_lifetime_below_59_minutes_applies_to_target_roles() throws Exception {
        agent.associate("shop", "cart", ROLE, ROLE);
        agent.credentialLifetime(Duration.ofMinutes(20));
        assertThat(left()).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void six_hour_credentials_are_renewed_in_the_minute_after_three_hours() throws Exception {
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(3).plusSeconds(59));
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(3).plusSeconds(60));
        assertThat(served()).isEqualTo(2);
        assertThat(left()).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void a_request_makes_up_for_all_renewals_that_were_due() throws Exception {
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(14)); // renewed at 3:01, 6:02, 9:03 and 12:04
        assertThat(served()).isEqualTo(5);
        assertThat(left()).isEqualTo(Duration.ofHours(18).plusMinutes(4).minusHours(14));
        assertThat(agent.issued()).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource(names = {"THROTTLED", "INTERNAL_ERROR", "UNAVAILABLE", "UNREACHABLE", "NO_NODE_CREDENTIALS"})
    void a_failed_renewal_keeps_the_credentials_until_15_seconds_are_left(EksAuthAnswer trouble) throws Exception {
        assertThat(served()).isEqualTo(1);
        agent.eksAuth().answerWith(trouble);
        after(Duration.ofHours(6).minusSeconds(16));
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(6).minusSeconds(15));
        assertThat(get()).doesNotContain("AccessKeyId");
        agent.eksAuth().answerWith(EksAuthAnswer.CREDENTIALS);
        assertThat(served()).isEqualTo(2);
    }

    @Test
    void a_failed_renewal_is_repeated_two_minutes_later() throws Exception {
        assertThat(served()).isEqualTo(1);
        agent.eksAuth()
                .answerNext(
                        EksAuthAnswer.THROTTLED,
                        EksAuthAnswer.THROTTLED,
                        EksAuthAnswer.THROTTLED,
                        EksAuthAnswer.NO_NODE_CREDENTIALS);
        after(Duration.ofHours(3).plusMinutes(1));
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(3).plusMinutes(4).plusSeconds(59));
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(3).plusMinutes(5));
        assertThat(served()).isEqualTo(2);
        assertThat(left()).isEqualTo(Duration.ofHours(6));
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "NOT_FOUND",
                "ACCESS_DENIED_NODE_ROLE",
                "ACCESS_DENIED_TRUST_POLICY",
                "EXPIRED_TOKEN",
                "INVALID_TOKEN"
            })
    void a_permanently_refused_renewal_evicts_the_credentials(EksAuthAnswer refusal) throws Exception {
        assertThat(served()).isEqualTo(1);
        agent.eksAuth().answerWith(refusal);
        after(Duration.ofHours(3));
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(3).plusMinutes(1));
        assertThat(get()).doesNotContain("AccessKeyId");
    }

    @Test
    void a_deleted_association_takes_effect_at_the_next_renewal() throws Exception {
        assertThat(served()).isEqualTo(1);
        agent.disassociate("shop", "cart");
        assertThat(served()).isEqualTo(1);
        after(Duration.ofHours(3).plusMinutes(1));
        assertThat(get()).startsWith("HTTP/1.1 404");
    }

    @Test
    void credentials_are_renewed_until_their_token_expires() throws Exception {
        String fourHours =
                tokens.token("shop", "cart").lifetime(Duration.ofHours(4)).issue();
        assertThat(get(fourHours)).contains("PEER0001");
        after(Duration.ofHours(3).plusMinutes(59));
        assertThat(get(fourHours)).contains("PEER0002");
        after(Duration.ofHours(4));
        assertThat(get(fourHours)).startsWith("HTTP/1.1 400").contains("token is expired");
        assertThat(agent.issued()).hasSize(2);
    }

    @Test
    void each_token_has_its_own_entry() throws Exception {
        assertThat(served()).isEqualTo(1);
        String rotated = tokens.issue("shop", "cart");
        assertThat(get(rotated)).contains("PEER0002");
        agent.eksAuth().answerWith(EksAuthAnswer.UNREACHABLE);
        assertThat(served()).isEqualTo(1);
        assertThat(get(rotated)).contains("PEER0002");
        assertThat(get(tokens.issue("shop", "cart"))).startsWith("HTTP/1.1 500");
    }

    @Test
    void a_restart_empties_the_cache() throws Exception {
        assertThat(served()).isEqualTo(1);
        agent.restart();
        assertThat(served()).isEqualTo(2);
    }

    @Test
    void a_fault_with_a_lifetime_bypasses_the_cache() throws Exception {
        agent.faults().next(Fault.lifetime(Duration.ofSeconds(15)), Fault.lifetime(Duration.ofSeconds(45)));
        assertThat(served()).isEqualTo(1);
        assertThat(served()).isEqualTo(2);
        assertThat(served()).isEqualTo(2);
        after(Duration.ofSeconds(30));
        assertThat(served()).isEqualTo(3);
    }
}
