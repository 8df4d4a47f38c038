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
    private static final Duration LONG_LIFE = Duration.ofHours(6);

    /** Far below the connect timeout, 2 s, and far above what a call costs, on a busy machine too. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private static final String NO_ONE_LISTENS = "the EKS Pod Identity Agent is starting, restarting or crash-looping";

    private final Network network = Network.open();
    private final ServiceAccountTokenFile token =
            ServiceAccountTokenFile.create(Agents.NAMESPACE, Agents.SERVICE_ACCOUNT);
    private final List<Jvm> jvms = new ArrayList<>();
    private String relativeUri = "";

    TrueAddressesIT() throws IOException, InterruptedException {}

    @BeforeAll
    static void this_machine_allows_network_namespaces() throws InterruptedException {
        try {
            Network.tryOut();
        } catch (IOException e) {
            String missing = "The agents' true addresses are left out: " + e.getMessage()
                    + ". They take root's rights or user namespaces for everybody, IPv6, veth links, ip (iproute2), and"
                    + " unshare and nsenter (util-linux).";
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
    void credentials_come_over_the_true_address_to_lanyard_and_to_the_aws_sdk(Address address) throws Exception {
        Jvm agents = startAgents(LONG_LIFE);

        for (Provider provider : List.of(Provider.LANYARD, Provider.AWS_SDK)) {
            Answer answer = call(startApplication(provider, address));

            assertThat(answer.served()).as(answer.text()).isTrue();
            assertThat(agents.hear()).isEqualTo("issued " + address.name() + " " + answer.text());
        }
    }

    @Test
    void an_agent_that_starts_late_is_waited_for_as_long_as_patience_lasts() throws Exception {
        Jvm application = startApplication(Provider.LANYARD, Address.EKS_IPV4);
        Jvm patient = startApplication(Provider.PATIENT_LANYARD, Address.EKS_IPV4);
        Duration late = Duration.ofSeconds(20);
        long start = System.nanoTime();
        patient.tell("call");

        Answer failed = call(application);
        assertThat(failed.served()).isFalse();
        assertThat(failed.took()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(15));
        assertThat(failed.text()).contains("UNREACHABLE: ", "Connection refused", NO_ONE_LISTENS);

        await().atMost(late).until(() -> System.nanoTime() - start >= late.toNanos());
        startAgents(LONG_LIFE);

        callAtOnce(application);
        Answer waited = answer(patient);
        assertThat(waited.served()).as(waited.text()).isTrue();
        assertThat(waited.took()).isGreaterThan(late);
    }

    @Test
    void an_agent_that_is_killed_and_restarted_costs_no_call() throws Exception {
        Jvm agents = startAgents(Duration.ofSeconds(30));
        Jvm application = startApplication(Provider.LANYARD, Address.EKS_IPV4);
        Answer first = call(application);

        agents.kill();
        callUntil(application, answer -> answer.failedLoads() > 0);
        startAgents(LONG_LIFE);

        callUntil(application, answer -> !answer.text().equals(first.text()));
    }

    @ParameterizedTest
    @EnumSource
    void packets_that_vanish_are_unreachable_with_the_remedy_for_that(Address address) throws Exception {
        startAgents(LONG_LIFE);
        Jvm application = startApplication(Provider.LANYARD, address);
        network.swallow(address);

        Answer failed = call(application);
        assertThat(failed.served()).isFalse();
        // three attempts with a connect timeout of 2 s each, which the rounding to milliseconds shortens
        assertThat(failed.took()).isBetween(Duration.ofMillis(5900), Duration.ofSeconds(12));
        assertThat(failed.text())
                .contains("UNREACHABLE: ", "connect timed out", "(attempt 3, ", " dropped: ")
                .contains(address == Address.ECS ? "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST" : "no agent on this node");

        network.deliver(address);
        callAtOnce(application);
    }

    @ParameterizedTest
    @EnumSource
    void packets_that_vanish_during_a_refresh_cost_no_call(Address address) throws Exception {
        startAgents(Duration.ofSeconds(40));
        Jvm application = startApplication(Provider.LANYARD, address);
        Answer first = call(application);

        network.swallow(address);
        callUntil(application, answer -> answer.failedLoads() > 0);
        network.deliver(address);

        callUntil(application, answer -> !answer.text().equals(first.text()));
    }

    @Test
    void a_pod_without_ipv6_is_told_to_use_the_other_address() throws Exception {
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

    private Jvm startAgents(Duration life) throws IOException, InterruptedException {
        Jvm agents = started(Jvm.start(network.node(), Map.of(), Agents.class, life.toString()));
        relativeUri = agents.hear();
        return agents;
    }

    private Jvm startApplication(Provider provider, Address address) throws IOException, InterruptedException {
        Map<String, String> environment = address.environment(token.path(), relativeUri);
        Jvm application = started(Jvm.start(network.pod(), environment, Application.class, provider.name()));
        assertThat(application.hear()).isEqualTo(Application.UP);
        return application;
    }

    private Jvm started(Jvm jvm) {
        jvms.add(jvm);
        return jvm;
    }

    private static Answer call(Jvm application) throws InterruptedException {
        application.tell("call");
        return answer(application);
    }

    private static Answer answer(Jvm application) throws InterruptedException {
        Answer answer = Answer.parse(application.hear());
        assertThat(answer.text()).as("no secret and no token").doesNotContain("CANARY", "eyJ");
        return answer;
    }

    private static Answer callAtOnce(Jvm application) throws InterruptedException {
        Answer answer = call(application);
        assertThat(answer.served()).as(answer.text()).isTrue();
        assertThat(answer.took()).isLessThan(AT_ONCE);
        return answer;
    }

    /** Calls without a break, each served at once, until one is as wanted. */
    private static void callUntil(Jvm application, Predicate<Answer> wanted) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> callAtOnce(application), wanted);
    }
}
