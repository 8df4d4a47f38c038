// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineOptionsTest {

    private static final String TRUST = "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
            + "{\"Service\":\"pods.eks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private int pipe(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return run(arguments);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void a_denial_is_explained_from_the_command_line_and_from_standard_input() {
        String text = "User: arn:aws:sts::111122223333:assumed-role/cart/eks-prod-cart is not authorized to perform:"
                + " s3:GetObject";

        assertThat(run("doctor", "--explain-denied", text)).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "Identity: the role of EKS Pod Identity arn:aws:iam::111122223333:role/cart, session eks-prod-cart",
                        "Source: container",
                        "At fault: permissions",
                        "s3:GetObject");
        assertThat(pipe(text, "doctor", "--explain-denied", "-", "--json")).isEqualTo(1);
        assertThat(pipe(text, "doctor", "--explain-denied")).isEqualTo(1);
    }

    @Test
    void a_trust_policy_is_judged_from_a_file_and_the_policy_to_write_is_printed() throws Exception {
        Path file = Files.writeString(directory.resolve("trust.json"), TRUST);

        assertThat(run("doctor", "--trust-policy", file.toString(), "--cluster", "prod"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("lacks the action sts:TagSession", "\"Action\" : [", "docs/doctor.md#");
        assertThat(pipe(TRUST.replace("AssumeRole", "*"), "doctor", "--trust-policy", "-"))
                .isZero();
    }

    @Test
    void json_has_the_verdict_and_the_findings() throws Exception {
        assertThat(pipe(TRUST, "doctor", "--trust-policy", "-", "--json")).isEqualTo(1);

        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("verdict").asText()).isEqualTo("NOT_TRUSTED");
        assertThat(json.path("statement").asInt()).isEqualTo(1);
        assertThat(json.path("findings").path(0).path("id").asText()).isEqualTo("role-trust-policy");
    }

    @Test
    void an_association_is_compared_with_the_given_pod() {
        String input = "{\"associations\":[]}";

        assertThat(pipe(input, "doctor", "--association", "-", "--namespace", "shop", "--service-account", "cart"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("there is none", "create-pod-identity-association");
    }

    @Test
    void a_class_path_is_listed() throws Exception {
        Files.createDirectories(directory.resolve("empty"));

        assertThat(run("doctor", "--classpath", directory.resolve("empty").toString()))
                .isZero();
        assertThat(out.toString()).contains("No AWS SDK for Java");
    }

    @Test
    void input_that_cannot_be_used_is_an_error_of_the_command_line() {
        assertThat(run("doctor", "--trust-policy", directory.resolve("missing").toString()))
                .isEqualTo(2);
        assertThat(run("doctor", "--trust-policy", directory.toString())).isEqualTo(2);
        assertThat(pipe("no json", "doctor", "--association", "-")).isEqualTo(2);
        assertThat(run("doctor", "--trust-policy", "a", "--association", "b")).isEqualTo(2);
        assertThat(pipe("{}", "doctor", "--trust-policy", "-", "--namespace", "Not A Name"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "cannot be read (NoSuchFileException)",
                        "is not a regular file",
                        "it is not JSON (line 1)",
                        "--namespace does not have the form of such a name")
                .doesNotContain("\tat ");
    }
}
