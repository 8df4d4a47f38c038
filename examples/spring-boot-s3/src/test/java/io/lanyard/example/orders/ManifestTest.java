// SPDX-License-Identifier: Apache-2.0
package io.lanyard.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Tests the manifest and the properties, which users copy. */
class ManifestTest {

    @Test
    void the_pod_is_hardened() throws IOException {
        Map<?, ?> pod = map(
                map(map(yaml("deployment.yaml").get("spec")).get("template")).get("spec"));
        Map<?, ?> container = map(((List<?>) Objects.requireNonNull(pod.get("containers"))).get(0));

        assertThat(pod.get("automountServiceAccountToken")).isEqualTo(false);
        assertThat(map(pod.get("securityContext")).get("runAsNonRoot")).isEqualTo(true);
        assertThat(map(map(pod.get("securityContext")).get("seccompProfile")).get("type"))
                .isEqualTo("RuntimeDefault");
        Map<?, ?> security = map(container.get("securityContext"));
        assertThat(security.get("readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(security.get("allowPrivilegeEscalation")).isEqualTo(false);
        assertThat(map(security.get("capabilities")).get("drop")).isEqualTo(List.of("ALL"));
        assertThat(String.valueOf(container.get("env"))).contains("name=AWS_EC2_METADATA_DISABLED, value=true");
        assertThat(String.valueOf(container.get("ports"))).isEqualTo("[{containerPort=8080}]");
    }

    @Test
    void the_actuator_has_a_port_of_its_own_and_instance_metadata_is_excluded() throws IOException {
        Properties properties = new Properties();
        try (InputStream file =
                Objects.requireNonNull(ManifestTest.class.getResourceAsStream("/application.properties"))) {
            properties.load(file);
        }

        assertThat(properties)
                .containsEntry("management.server.port", "8081")
                .containsEntry("management.server.address", "127.0.0.1")
                .containsEntry("lanyard.exclude-instance-metadata", "true");
    }

    private static Map<?, ?> yaml(String file) throws IOException {
        return new Yaml().load(Files.readString(Path.of("kubernetes", file)));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return (Map<?, ?>) Objects.requireNonNull(value);
    }
}
