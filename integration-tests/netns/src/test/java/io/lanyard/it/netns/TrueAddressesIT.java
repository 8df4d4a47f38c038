// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.it.netns.Application.Answer;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrueAddressesIT {
    private static final Duration LONG_LIFETIME = Duration.ofHours(6);

    /** Far below the connect timeout of 2 s and far above the time of a call, even on a busy machine. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private static final String REFUSED = "the EKS Pod Identity Agent is starting, restarting or crash-looping";

    private final Network network = Network.open();
    private final ServiceAccountTokenFile token =
            ServiceAccountTokenFile.create(Agents.NAMESPACE, Agents.SERVICE_ACCOUNT);
    private final List<Jvm> jvms = new ArrayList<>();
    private String relativeUri = "";

    TrueAddressesIT() throws IOException, InterruptedException {}

    @BeforeAll
    static void the_machine_allows_network_namespaces() throws InterruptedException {
        try {
            Network.probe();
        } catch (IOException e) {
            String missing = "Skipping the tests at the agents' true addresses: " + e.getMessage()
                    + ". They need root or unprivileged user namespaces, IPv6, veth links, ip (iproute2), and unshare and"
                    + " nsenter (util-linux).";
            System.out.println(missing);
            Assumptions.abort(missing);
        }
    }

    @AfterEach
    void tear_down() {
        jvms.forEach(Jvm::close);
        network.close();
        token.close();
    }

    @ParameterizedTest
    @EnumSource
    void lanyard_and_the_aws_sdk_load_credentials_from_the_true_address(Address address) throws Exception {
        Jvm agents = startAgents(LONG_LIFETIME);

        for (Provider provider : List.of(Provider.LANYARD, Provider.AWS_SDK)) {
            Answer answer = call(startApplication(provider, address));

            assertThat(answer.served()).as(answer.text()).isTrue();
            assertThat(agents.receive()).isEqualTo("issued " + address.name() + " " + answer.text());
        }
    }

    @Test
    void a_call_waits_for_an_agent_that_starts_late_within_the_startup_patience() throws Exception {
        Jvm application = startApplication(Provider.LANYARD, Address.EKS_IPV4);
        Jvm patient = startApplication(Provider.PATIENT_LANYARD, Address.EKS_IPV4);
        Duration late = Duration.ofSeconds(20);
        long start = System.nanoTime();
        patient.send("call");

        Answer failed = call(application);
        assertThat(failed.served()).isFalse();
        assertThat(failed.took()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(15));
        assertThat(failed.text()).contains("UNREACHABLE: ", "Connection refused", REFUSED);

        await().atMost(late).until(() -> System.nanoTime() - start >= late.toNanos());
        startAgents(LONG_LIFETIME);

        callAtOnce(application);
        Answer waited = answer(patient);
        assertThat(waited.served()).as(waited.text()).isTrue();
        assertThat(waited.took()).isGreaterThan(late);
    }

    @Test
    void no_call_fails_while_the_agent_is_killed_and_restarted() throws Exception {
        Jvm agents = startAgents(Duration.ofSeconds(30));
        Jvm application = startApplication(Provider.LANYARD, Address.EKS_IPV4);
        Answer first = call(application);

        agents.kill();
        callUntil(application, answer -> answer.failedLoads() > 0);
        startAgents(LONG_LIFETIME);

        callUntil(application, answer -> !answer.text().equals(first.text()));
    }

    @ParameterizedTest
    @EnumSource
    void dropped_packets_fail_as_unreachable_with_a_remedy(Address address) throws Exception {
        startAgents(LONG_LIFETIME);
        Jvm application = startApplication(Provider.LANYARD, address);
        network.drop(address);

        Answer failed = call(application);
        assertThat(failed.served()).isFalse();
        // three attempts with a connect timeout of 2 s each, slightly shortened by rounding to milliseconds
        assertThat(failed.took()).isBetween(Duration.ofMillis(5900), Duration.ofSeconds(12));
        assertThat(failed.text())
                .contains("UNREACHABLE: ", "connect timed out", "(attempt 3, ", "packets are dropped")
                .contains(
                        address == Address.ECS
                                ? "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST"
                                : "no agent runs on this node");

        network.deliver(address);
        callAtOnce(application);
    }

    @ParameterizedTest
    @EnumSource
    void no_call_fails_while_packets_are_dropped_during_a_refresh(Address address) throws Exception {
        startAgents(Duration.ofSeconds(40));
        Jvm application = startApplication(Provider.LANYARD, address);
        Answer first = call(application);

        network.drop(address);
        callUntil(application, answer -> answer.failedLoads() > 0);
        network.deliver(address);

        callUntil(application, answer -> !answer.text().equals(first.text()));
    }

    @Test
    void the_remedy_for_a_pod_without_ipv6_is_the_ipv4_address() throws Exception {
        network.pod().run("ip -6 address flush dev eth0 scope global");

        Answer failed = call(startApplication(Provider.LANYARD, Address.EKS_IPV6));

        assertThat(failed.served()).isFalse();
        assertThat(failed.text()).contains("UNREACHABLE: ", "Network is unreachable", "use the IPv4 address");
    }

    @Test
    void nothing_leaves_the_namespaces() throws Exception {
        for (Namespace namespace : List.of(network.node(), network.pod())) {
            assertThat(namespace.run("ip -4 route show default")).isEmpty();
            assertThat(namespace.run("ip -6 route show default")).isEmpty();
        }
        assertThat(network.pod().run("ip -4 route"))
                .startsWith("169.254.170.0/24 ")
                .hasLineCount(1);
    }

    private Jvm startAgents(Duration lifetime) throws IOException, InterruptedException {
        Jvm agents = started(Jvm.start(network.node(), Map.of(), Agents.class, lifetime.toString()));
        relativeUri = agents.receive();
        return agents;
    }

    private Jvm startApplication(Provider provider, Address address) throws IOException, InterruptedException {
        Map<String, String> environment = address.environment(token.path(), relativeUri);
        Jvm application = started(Jvm.start(network.pod(), environment, Application.class, provider.name()));
        assertThat(application.receive()).isEqualTo(Application.UP);
        return application;
    }

    private Jvm started(Jvm jvm) {
        jvms.add(jvm);
        return jvm;
    }

    private static Answer call(Jvm application) throws InterruptedException {
        application.send("call");
        return answer(application);
    }

    private static Answer answer(Jvm application) throws InterruptedException {
        Answer answer = Answer.parse(application.receive());
        assertThat(answer.text()).as("no secret and no token").doesNotContain("CANARY", "eyJ");
        return answer;
    }

    private static Answer callAtOnce(Jvm application) throws InterruptedException {
        Answer answer = call(application);
        assertThat(answer.served()).as(answer.text()).isTrue();
        assertThat(answer.took()).isLessThan(AT_ONCE);
        return answer;
    }

    /** Calls repeatedly until an answer matches; each call must be served at once. */
    private static void callUntil(Jvm application, Predicate<Answer> condition) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> callAtOnce(application), condition);
    }
}
