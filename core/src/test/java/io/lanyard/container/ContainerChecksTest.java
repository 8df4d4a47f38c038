// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.GOOD;
import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.URI;
import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.diagnose.Check;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.Jwt;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ContainerChecksTest {

    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private static final String TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    private static final String POD_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    private static final long EXPIRATION = SourceWorld.START.plusSeconds(3600).getEpochSecond();

    private final SourceWorld world = new SourceWorld();

    @BeforeEach
    void aHealthyPod() {
        world.variables.put("KUBERNETES_SERVICE_HOST", "10.100.0.1");
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.token(token("pods.eks.amazonaws.com", EXPIRATION, true));
    }

    private static String token(String audience, long expiration, boolean bound) {
        return Jwt.of("{\"aud\":[\"" + audience + "\"],\"exp\":" + expiration
                + ",\"sub\":\"system:serviceaccount:shop:cart\""
                + (bound ? ",\"kubernetes.io\":{\"namespace\":\"shop\",\"pod\":{\"name\":\"cart-7d9f\"}}" : "") + "}");
    }

    private Diagnosis diagnosis() throws InterruptedException {
        Diagnosis diagnosis = world.builder().build().diagnose();
        Evidence.seen("of a diagnosis", diagnosis);
        diagnosis.findings().forEach(finding -> Evidence.seen("of a finding", finding.toString() + finding.paste()));
        return diagnosis;
    }

    private static Check check(Diagnosis diagnosis, String name) {
        return diagnosis.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<Problem> problems(Diagnosis diagnosis) {
        return diagnosis.findings().stream().map(Finding::problem).toList();
    }

    @Test
    void a_healthy_pod_has_no_finding() throws Exception {
        Diagnosis diagnosis = diagnosis();

        assertThat(diagnosis.findings()).isEmpty();
        assertThat(check(diagnosis, "exchange").detail()).contains("valid for 6 h");
        assertThat(check(diagnosis, "token").detail()).contains("shop/cart", "cart-7d9f");
        assertThat(diagnosis.facts().get(Fact.NAMESPACE)).contains("shop");
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void a_diagnosis_leaves_the_source_as_it_is() throws Exception {
        ContainerCredentialsSource source = world.builder().build();

        Diagnosis unused = source.diagnose();

        assertThat(source.cached()).isEmpty();
    }

    @Nested
    class Settings {

        @Test
        void a_pod_without_settings_is_told_to_create_the_association_for_its_own_names() throws Exception {
            world.variables.remove(FULL);
            world.variables.remove(TOKEN_FILE);
            world.files.put(
                    POD_TOKEN,
                    () -> token("https://kubernetes.default.svc", EXPIRATION, true)
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));

            Diagnosis diagnosis = diagnosis();

            assertThat(problems(diagnosis)).containsExactly(Problem.NO_CONTAINER_SETTINGS_IN_POD);
            assertThat(diagnosis.findings().get(0).paste())
                    .contains("--namespace shop --service-account cart", "delete pod cart-7d9f");
            assertThat(check(diagnosis, "exchange").status()).isEqualTo(Check.Status.NOT_CHECKED);
        }

        @Test
        void a_task_without_settings_has_no_task_role() throws Exception {
            world.variables.clear();
            world.variables.put("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x");

            assertThat(problems(diagnosis())).containsExactly(Problem.NO_TASK_ROLE);
        }

        @Test
        void a_machine_without_settings_has_no_finding() throws Exception {
            world.variables.clear();

            assertThat(diagnosis().findings()).isEmpty();
        }

        @Test
        void a_blank_setting_is_named() throws Exception {
            world.variables.put(RELATIVE, " ");

            Diagnosis diagnosis = diagnosis();

            assertThat(problems(diagnosis)).containsExactly(Problem.BLANK_SETTING);
            assertThat(diagnosis.findings().get(0).remedy()).contains(RELATIVE);
            assertThat(diagnosis.hasProblem()).isFalse();
        }

        @Test
        void both_uris_are_a_warning() throws Exception {
            world.variables.put(RELATIVE, "/v2/credentials/id");

            assertThat(problems(diagnosis())).contains(Problem.TWO_URIS);
        }
    }

    @Nested
    class Tokens {

        @Test
        void without_its_file_no_request_is_sent() throws Exception {
            world.files.clear();

            Diagnosis diagnosis = diagnosis();

            assertThat(check(diagnosis, "token file").status()).isEqualTo(Check.Status.PROBLEM);
            assertThat(check(diagnosis, "exchange").status()).isEqualTo(Check.Status.NOT_CHECKED);
            assertThat(world.requests).isEmpty();
        }

        @Test
        void one_for_sts_is_of_another_audience() throws Exception {
            world.token(token("sts.amazonaws.com", EXPIRATION, true));

            assertThat(problems(diagnosis())).containsExactly(Problem.TOKEN_OF_OTHER_AUDIENCE);
        }

        @Test
        void one_that_is_bound_to_no_pod_is_found() throws Exception {
            world.token(token("pods.eks.amazonaws.com", EXPIRATION, false));

            assertThat(problems(diagnosis())).containsExactly(Problem.TOKEN_NOT_BOUND_TO_POD);
        }

        @Test
        void one_that_has_expired_is_found() throws Exception {
            world.token(token("pods.eks.amazonaws.com", SourceWorld.START.getEpochSecond() - 1, true));

            assertThat(problems(diagnosis())).containsExactly(Problem.TOKEN_EXPIRED);
        }

        @Test
        void text_that_is_no_token_is_found() throws Exception {
            world.token("opaque");

            assertThat(problems(diagnosis())).containsExactly(Problem.TOKEN_FILE_NOT_A_TOKEN);
        }

        @Test
        void a_fixed_one_is_accepted_from_other_servers() throws Exception {
            world.variables.put(FULL, "http://localhost:51679/get-credentials");
            world.names.put("localhost", List.of(SourceWorld.address(127, 0, 0, 1)));
            world.variables.remove(TOKEN_FILE);
            world.variables.put(TOKEN, "opaque");

            assertThat(diagnosis().findings()).isEmpty();
        }
    }

    @Nested
    class Exchange {

        @Test
        void a_refused_connection_is_a_problem() throws Exception {
            world.always(refused());

            Check exchange = check(diagnosis(), "exchange");

            assertThat(exchange.status()).isEqualTo(Check.Status.PROBLEM);
            assertThat(exchange.detail()).contains("refused");
        }

        @Test
        void it_is_one_request_whatever_the_options_are() throws Exception {
            world.always(answer(500, "[]"));

            Diagnosis diagnosis = world.builder().maxAttempts(7).build().diagnose();

            assertThat(check(diagnosis, "exchange").status()).isEqualTo(Check.Status.PROBLEM);
            assertThat(world.requests).hasSize(1);
        }

        @Test
        void an_ssl_context_that_was_not_initialised_is_a_problem_and_no_exception() throws Exception {
            world.variables.put(FULL, "https://localhost/v1/credentials");
            world.names.put("localhost", List.of(SourceWorld.address(127, 0, 0, 1)));

            Diagnosis diagnosis = world.builder()
                    .transport(null)
                    .sslContext(SSLContext.getInstance("TLS"))
                    .build()
                    .diagnose();

            assertThat(check(diagnosis, "exchange").status()).isEqualTo(Check.Status.PROBLEM);
            assertThat(problems(diagnosis)).containsExactly(Problem.SSL_CONTEXT_NOT_INITIALIZED);
            assertThat(check(diagnosis, "clock").status()).isEqualTo(Check.Status.NOT_CHECKED);
        }

        @Test
        void a_clock_that_differs_from_the_agents_is_found() throws Exception {
            world.always(answer(200, GOOD, Map.of("Date", httpDate(SourceWorld.START.minusSeconds(300)))));

            Diagnosis diagnosis = diagnosis();

            assertThat(problems(diagnosis)).containsExactly(Problem.CLOCK_SKEW);
            assertThat(check(diagnosis, "clock").detail()).isEqualTo("5 min ahead of the agent's");
        }

        @Test
        void a_clock_that_agrees_is_fine() throws Exception {
            world.always(answer(200, GOOD, Map.of("Date", httpDate(SourceWorld.START.plusSeconds(2)))));

            assertThat(check(diagnosis(), "clock").status()).isEqualTo(Check.Status.OK);
        }

        private static String httpDate(Instant moment) {
            return DateTimeFormatter.RFC_1123_DATE_TIME.format(moment.atOffset(ZoneOffset.UTC));
        }
    }
}
