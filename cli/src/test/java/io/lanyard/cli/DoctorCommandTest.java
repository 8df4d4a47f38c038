// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.Pod;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

    private static final String ROLE = "arn:aws:iam::111122223333:role/Cart";

    @TempDir
    Path directory;

    private EksCluster cluster;
    private Pod pod;
    private Cli cli;

    @BeforeEach
    void aPod() {
        cluster = EksCluster.start();
        cluster.associate("shop", "cart", ROLE);
        pod = cluster.runPod("shop", "cart");
        cli = new Cli(directory);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Cli inPod() {
        return cli.with("KUBERNETES_SERVICE_HOST", "10.100.0.1").with(pod.environment());
    }

    private static void assertNoTrace(Cli.Result result) {
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).doesNotContain("\tat ");
    }

    @Test
    void a_healthy_pod_fits_in_25_lines_and_exits_with_0() throws Exception {
        Cli.Result result = inPod().run("doctor");

        assertNoTrace(result);
        assertThat(result.exit()).as(result.out()).isZero();
        assertThat(result.out().lines().count()).isLessThanOrEqualTo(25);
        assertThat(result.out())
                .contains("source in use       container", "shop/cart", "No problem found.")
                .doesNotContain("\033");
    }

    @Test
    void a_machine_without_settings_exits_with_1_and_says_what_to_configure() throws Exception {
        Cli.Result result = cli.run("doctor");

        assertNoTrace(result);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).contains("none is set", "docs/doctor.md#no-source-configured");
    }

    @Test
    void a_missing_association_is_named_with_the_command_that_creates_it() throws Exception {
        cluster.disassociate("shop", "cart");

        Cli.Result result = inPod().run("doctor");

        assertNoTrace(result);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out())
                .contains("docs/doctor.md#no-association", "--namespace shop --service-account cart")
                .contains("create-pod-identity-association");
    }

    @Test
    void keys_in_the_environment_are_found_before_the_role_of_the_pod() throws Exception {
        Cli.Result result = inPod().with("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
                .with("AWS_SECRET_ACCESS_KEY", "SECRET-CANARY")
                .run("doctor");

        assertNoTrace(result);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out())
                .contains("source in use       environment", "docs/doctor.md#keys-shadow-container")
                .doesNotContain("CANARY");
    }

    @Test
    void an_agent_that_hangs_is_reported_within_15_seconds() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Cli.Result result = cli.with(
                            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                            "http://127.0.0.1:" + silent.getLocalPort() + "/v1/credentials")
                    .run("doctor");

            assertNoTrace(result);
            assertThat(result.millis()).isLessThan(15_000);
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.out()).contains("Read timed out");
        }
    }

    @Test
    void everything_wrong_at_once_is_reported_without_a_stack_trace() throws Exception {
        Path fifo = directory.resolve("token");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        Path config = Files.writeString(directory.resolve("config"), "[default\nrole_arn");

        Cli.Result result = cli.with("KUBERNETES_SERVICE_HOST", "10.100.0.1")
                .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/v1/credentials")
                .with("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", " ")
                .with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", fifo.toString())
                .with("AWS_ROLE_ARN", "nonsense")
                .with("AWS_ACCESS_KEY_ID", "")
                .with("AWS_CONFIG_FILE", config.toString())
                .run("doctor", "--probe");

        assertNoTrace(result);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).contains("FIFO", "web-identity", "docs/doctor.md#blank-setting");
    }

    @Test
    void json_has_the_checks_with_their_findings() throws Exception {
        cluster.disassociate("shop", "cart");

        Cli.Result result = inPod().run("doctor", "--json");

        assertThat(result.exit()).isEqualTo(1);
        JsonNode json = new ObjectMapper().readTree(result.out());
        assertThat(json.path("problem").booleanValue()).isTrue();
        assertThat(json.findValuesAsText("id")).contains("no-association");
        assertThat(json.findValuesAsText("status")).contains("OK", "PROBLEM", "NOT_CHECKED");
    }

    @Test
    void an_unknown_option_exits_with_2() throws Exception {
        Cli.Result result = cli.run("doctor", "--nonsense");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("--nonsense");
    }

    @Nested
    class Gate {

        @Test
        void opens_when_the_container_provides_the_credentials() throws Exception {
            Cli.Result result = inPod().run("doctor", "--gate", "--wait", "20");

            assertThat(result.exit()).as(result.out()).isZero();
            assertThat(result.out()).contains("The gate opens: container");
        }

        @Test
        void stays_closed_at_once_in_a_pod_that_is_older_than_its_association() throws Exception {
            Cli.Result result =
                    cli.with("KUBERNETES_SERVICE_HOST", "10.100.0.1").run("doctor", "--gate", "--wait", "60");

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.millis()).isLessThan(30_000);
            assertThat(result.out()).contains("The gate stays closed", "docs/doctor.md#no-container-settings-in-pod");
        }

        @Test
        void waits_for_an_association_that_comes_later() throws Exception {
            cluster.disassociate("shop", "cart");
            Process process = inPod().start("doctor", "--gate", "--wait", "40");
            try {
                org.awaitility.Awaitility.await()
                        .atMost(java.time.Duration.ofSeconds(20))
                        .until(() -> cli.out().contains("Waiting: there are no credentials"));
                cluster.associate("shop", "cart", ROLE);

                assertThat(process.waitFor(30, java.util.concurrent.TimeUnit.SECONDS))
                        .isTrue();
                assertThat(process.exitValue()).as(cli.out()).isZero();
            } finally {
                process.destroyForcibly();
            }
        }

        @Test
        void stays_closed_while_other_credentials_come_first() throws Exception {
            Cli.Result result = inPod().with("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
                    .with("AWS_SECRET_ACCESS_KEY", "SECRET-CANARY")
                    .run("doctor", "--gate", "--wait", "2");

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.out()).contains("the source in use is environment and not container, after 2 s");
        }

        @Test
        void takes_no_wait_of_more_than_an_hour() throws Exception {
            assertThat(cli.run("doctor", "--gate", "--wait", "9999").exit()).isEqualTo(2);
        }
    }

    @Nested
    class CredentialProcess {

        @Test
        void prints_what_the_aws_config_expects() throws Exception {
            Cli.Result result = inPod().run("credential-process");

            assertThat(result.exit()).as(result.err()).isZero();
            JsonNode json = new ObjectMapper().readTree(result.out());
            assertThat(json.path("Version").intValue()).isEqualTo(1);
            assertThat(json.path("AccessKeyId").asText()).startsWith("ASIA");
            assertThat(json.path("SecretAccessKey").asText()).isNotEmpty();
            assertThat(json.path("SessionToken").asText()).isNotEmpty();
            assertThat(java.time.Instant.parse(json.path("Expiration").asText()))
                    .isAfter(java.time.Instant.now());
        }

        @Test
        void without_credentials_says_why_and_exits_with_1() throws Exception {
            Cli.Result result = cli.run("credential-process");

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err()).contains("CHAIN_EXHAUSTED").doesNotContain("\tat ");
        }

        @Test
        void does_not_call_itself_without_end() throws Exception {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            Path script = Files.writeString(
                    directory.resolve("again"),
                    "#!/bin/sh\n'" + java + "' -cp '" + Cli.CLASS_PATH + "' " + Main.class.getName()
                            + " credential-process\n");
            assertThat(script.toFile().setExecutable(true)).isTrue();
            Path config =
                    Files.writeString(directory.resolve("config"), "[default]\ncredential_process = " + script + "\n");

            Cli.Result result = cli.with("AWS_CONFIG_FILE", config.toString()).run("credential-process");

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.millis()).isLessThan(30_000);
        }
    }

    @Nested
    class Watch {

        @Test
        void prints_the_source_and_the_time_to_expiration() throws Exception {
            Cli.Result result = inPod().run("watch", "--seconds", "3");

            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.out()).contains("source     container", "expires    ", "refreshes  1 ");
        }
    }
}
