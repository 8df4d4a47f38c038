// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Evaluates the CEL of the admission policy on pods as the webhook of EKS leaves them. */
class AdmissionPolicyTest {

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addLibraries(CelExtensions.strings())
            .addVar("object", SimpleType.DYN)
            .addVar("variables", MapType.create(SimpleType.STRING, SimpleType.DYN))
            .build();
    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .addLibraries(CelExtensions.strings())
            .build();

    private static final String INJECTED = """
            {"name": "app", "env": [
              {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
              {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "value": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"}],
             "volumeMounts": [{"name": "eks-pod-identity-token", "mountPath": "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"}]}
            """;
    private static final String BARE = "{\"name\": \"bare\"}";
    private static final String VOLUMES = """
            ,"volumes": [{"name": "config", "configMap": {}},
              {"name": "eks-pod-identity-token", "projected": {"sources": [{"serviceAccountToken":
                {"audience": "pods.eks.amazonaws.com", "expirationSeconds": 86400, "path": "eks-pod-identity-token"}}]}}]
            """;
    private static final String ASKS = "\"labels\": {\"lanyard.io/require-pod-identity\": \"true\"}";

    private static Map<String, Object> policy = Map.of();

    @BeforeAll
    static void readPolicy() throws IOException {
        Path file = Path.of("").toAbsolutePath().resolveSibling("docs/manifests/require-pod-identity.yaml");
        try (InputStream in = Files.newInputStream(file)) {
            Object first = new Yaml(new SafeConstructor(new LoaderOptions()))
                    .loadAll(in)
                    .iterator()
                    .next();
            policy = map(map(first).get("spec"));
        }
    }

    private static String pod(String metadata, String volumes, String... containers) {
        return "{\"metadata\": {" + metadata + "}, \"spec\": {\"serviceAccountName\": \"cart\", \"containers\": ["
                + String.join(",", containers) + "]" + volumes + "}}";
    }

    /** What the API server answers: an empty text admits the pod. */
    private static String admit(String pod) throws Exception {
        Map<String, Object> variables = new HashMap<>();
        Map<String, Object> input = new HashMap<>();
        input.put("object", new ObjectMapper().readValue(pod, Map.class));
        input.put("variables", variables);
        for (Map<String, Object> condition : list("matchConditions")) {
            if (!Boolean.TRUE.equals(evaluate(condition.get("expression"), input))) {
                return "";
            }
        }
        for (Map<String, Object> variable : list("variables")) {
            variables.put(String.valueOf(variable.get("name")), evaluate(variable.get("expression"), input));
        }
        for (Map<String, Object> validation : list("validations")) {
            if (!Boolean.TRUE.equals(evaluate(validation.get("expression"), input))) {
                return String.valueOf(evaluate(validation.get("messageExpression"), input));
            }
        }
        return "";
    }

    private static Object evaluate(@Nullable Object expression, Map<String, Object> input) throws Exception {
        return RUNTIME.createProgram(
                        COMPILER.compile(String.valueOf(expression)).getAst())
                .eval(input);
    }

    @SuppressWarnings("unchecked") // the keys of YAML mappings here are strings
    private static Map<String, Object> map(@Nullable Object yaml) {
        return (Map<String, Object>) Objects.requireNonNull(yaml);
    }

    private static List<Map<String, Object>> list(String name) {
        return ((List<?>) Objects.requireNonNull(policy.get(name)))
                .stream().map(AdmissionPolicyTest::map).toList();
    }

    @Test
    void a_pod_that_was_injected_is_admitted() throws Exception {
        assertThat(admit(pod(ASKS, VOLUMES, INJECTED))).isEmpty();
    }

    @Test
    void a_pod_that_was_not_injected_is_rejected_with_what_to_do() throws Exception {
        assertThat(admit(pod(ASKS, "", BARE)))
                .isEqualTo("EKS Pod Identity was not injected into the containers bare: create the association of the"
                        + " service account cart (aws eks create-pod-identity-association), wait some seconds, and create"
                        + " the pod again");
    }

    @Test
    void a_pod_with_one_container_that_was_not_injected_is_rejected() throws Exception {
        assertThat(admit(pod(ASKS, VOLUMES, INJECTED, BARE))).contains("containers bare:");
    }

    @Test
    void containers_that_the_annotation_skips_need_no_settings() throws Exception {
        String skip = ASKS + ", \"annotations\": {\"eks.amazonaws.com/skip-containers\": \"proxy, bare\"}";

        assertThat(admit(pod(skip, VOLUMES, INJECTED, BARE))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"labels\": {}",
                "\"labels\": {\"app\": \"cart\"}",
                "\"labels\": {\"lanyard.io/require-pod-identity\": \"false\"}",
                "\"annotations\": {\"lanyard.io/require-pod-identity\": \"true\"}"
            })
    void a_pod_that_does_not_ask_is_admitted(String metadata) throws Exception {
        assertThat(admit(pod(metadata, "", BARE))).isEmpty();
    }

    @Test
    void the_token_of_irsa_is_not_enough() throws Exception {
        assertThat(admit(pod(ASKS, VOLUMES.replace("\"pods.eks.", "\"sts."), INJECTED)))
                .contains("containers app:");
    }

    @Test
    void a_volume_that_is_not_mounted_is_not_enough() throws Exception {
        assertThat(admit(pod(ASKS, VOLUMES, INJECTED.replace("volumeMounts", "volumeDevices"))))
                .contains("containers app:");
    }

    @Test
    void variables_without_the_token_file_are_not_enough() throws Exception {
        assertThat(admit(pod(ASKS, VOLUMES, INJECTED.replace("TOKEN_FILE", "TOKEN"))))
                .contains("containers app:");
    }

    @Test
    void a_volume_of_another_kind_is_no_fault() throws Exception {
        assertThat(admit(pod(ASKS, ",\"volumes\": [{\"name\": \"x\", \"projected\": {}}]", BARE)))
                .contains("containers bare:");
    }
}
