// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.testkit.Fault;
import io.lanyard.testkit.IssuedCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Runs one application through an import, a refresh, an outage and the recovery. The tests depend on their order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApplicationIT {

    private static final Pattern ENDPOINT = Pattern.compile("/actuator/[a-z/]+");
    private static final Pattern METER = Pattern.compile("\"([a-z0-9.]+)\"");

    private final Running running = new Running();

    ApplicationIT() throws IOException {}

    @BeforeAll
    void start() throws IOException {
        Files.deleteIfExists(Running.LOG);
        running.agent.faults().always(Fault.lifetime(Duration.ofSeconds(5)));
        running.start("spring.config.import=aws-secretsmanager:shop,aws-parameterstore:/shop/");
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @Test
    @Order(1)
    void secrets_and_parameters_are_imported_with_the_pods_credentials() throws Exception {
        String first = running.agent.issued().get(0).accessKeyId();

        assertThat(running.get("/imported/greeting").body()).isEqualTo("hello");
        assertThat(running.get("/imported/currency").body()).isEqualTo("euro");
        assertThat(running.aws.served()).contains("secretsmanager " + first, "ssm " + first);
    }

    @Test
    @Order(2)
    void the_applications_client_gets_newer_credentials_before_the_old_ones_expire() throws Exception {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(running.get("/objects/1001").status()).isEqualTo(200);
            assertThat(keysAtS3()).hasSizeGreaterThanOrEqualTo(2);
        });
    }

    @Test
    @Order(3)
    void only_readiness_includes_the_credentials() throws Exception {
        assertThat(running.get("/actuator/health/readiness").body())
                .contains("\"lanyard\"")
                .contains("\"source\":\"container\"")
                .contains("\"accountId\":\"111122223333\"");
        assertThat(running.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(running.get("/actuator/health/liveness").body()).doesNotContain("lanyard");
        assertThat(running.get("/actuator/health").body()).contains("\"lanyard\"");
    }

    @Test
    @Order(4)
    void endpoint_info_and_meters_show_the_source() throws Exception {
        assertThat(running.get("/actuator/lanyard").body())
                .contains("\"inUse\":\"container\"")
                .contains("\"refresh\":{\"state\":")
                .contains("shop/orders");
        assertThat(running.get("/actuator/lanyard?probe=true").body()).doesNotContain("\"probed\"");
        Running.Answer probe = running.post("/actuator/lanyard");
        assertThat(probe.status()).isEqualTo(200);
        assertThat(probe.body()).contains("\"probed\"");
        assertThat(running.post("/actuator/lanyard").body()).isEqualTo(probe.body());
        assertThat(running.get("/actuator/info").body())
                .contains("\"awsCredentials\":{\"source\":\"container\"")
                .doesNotContain("111122223333", "accessKeyId");
        assertThat(meter("load", "?tag=outcome:success")).isGreaterThanOrEqualTo(2);
        assertThat(meter("attempt", "?tag=status:200")).isGreaterThanOrEqualTo(2);
        assertThat(meter("expiration", "")).isBetween(0.0, 5.0);
        assertThat(meter("failures", "")).isZero();
        assertThat(meter("serving.stale", "")).isZero();
    }

    @Test
    @Order(5)
    void health_meters_endpoint_and_events_show_an_outage_and_its_recovery() throws Exception {
        running.agent.stop();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            running.get("/objects/1002"); // a call that needs credentials
            assertThat(running.get("/actuator/health/lanyard").body())
                    .contains("\"status\":\"UNKNOWN\"")
                    .contains("\"stale\":true")
                    .contains("\"failure\":\"UNREACHABLE\"");
            assertThat(meter("serving.stale", "")).isEqualTo(1);
        });
        for (String path : List.of("", "/lanyard", "/readiness", "/liveness")) {
            assertThat(running.get("/actuator/health" + path).status()).as(path).isEqualTo(200);
        }
        assertThat(running.get("/actuator/health").body()).startsWith("{").contains("\"status\":\"UP\"");
        assertThat(meter("failures", "")).isPositive();
        assertThat(meter("expiration", "")).isNegative();
        assertThat(meter("load", "?tag=category:UNREACHABLE")).isPositive();
        assertThat(running.get("/actuator/lanyard").body()).contains("\"servingStale\":true");

        running.agent.restart();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(running.get("/objects/1003").status()).isEqualTo(200);
            assertThat(running.get("/actuator/health/lanyard").body()).contains("\"status\":\"UP\"");
            assertThat(meter("serving.stale", "")).isZero();
        });
        assertThat(running.get("/events").body())
                .contains("SourceChanged", "Refreshed", "RefreshFailed", "ServingStale", "Recovered");
    }

    @Test
    @Order(6)
    void no_endpoint_meter_event_or_log_holds_a_secret() throws Exception {
        Set<String> paths = new TreeSet<>(List.of("/events"));
        matches(ENDPOINT, running.get("/actuator").body())
                .map(MatchResult::group)
                .filter(path -> !path.endsWith("/heapdump")) // it holds the heap
                .forEach(paths::add);
        matches(METER, running.get("/actuator/metrics").body())
                .map(found -> "/actuator/metrics/" + found.group(1))
                .forEach(paths::add);
        assertThat(paths)
                .contains(
                        "/actuator/health",
                        "/actuator/info",
                        "/actuator/env",
                        "/actuator/configprops",
                        "/actuator/beans",
                        "/actuator/threaddump",
                        "/actuator/metrics/lanyard.credentials.load");

        StringBuilder seen = new StringBuilder(Files.readString(Running.LOG));
        assertThat(seen).contains("Credentials come from the source container");
        for (String path : paths) {
            seen.append(running.get(path).body());
        }
        seen.append(running.post("/actuator/lanyard").body());

        assertThat(seen.indexOf("CANARY")).as("the first secret").isNegative();
        for (IssuedCredentials issued : running.agent.issued()) {
            assertThat(seen.indexOf(issued.secretAccessKey())).isNegative();
            assertThat(seen.indexOf(issued.sessionToken())).isNegative();
        }
    }

    private Set<String> keysAtS3() {
        Set<String> keys = new TreeSet<>(running.aws.served());
        keys.removeIf(call -> !call.startsWith("s3 "));
        return keys;
    }

    private double meter(String name, String query) throws IOException, InterruptedException {
        Running.Answer answer = running.get("/actuator/metrics/lanyard.credentials." + name + query);
        assertThat(answer.status()).as(name).isEqualTo(200);
        return matches(Pattern.compile("\"value\":(-?[0-9.E-]+)"), answer.body())
                .map(found -> Double.parseDouble(found.group(1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }
}
