// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodFactsTest {

    @TempDir
    Path directory;

    private Path token(String name, String subject) throws IOException {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String claims = "{\"sub\":\"system:serviceaccount:" + subject + "\"}";
        return Files.writeString(
                directory.resolve(name),
                encoder.encodeToString("{}".getBytes(StandardCharsets.UTF_8)) + "."
                        + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".c2ln");
    }

    @Test
    void the_token_of_the_container_settings_wins_over_that_of_the_pod() throws IOException {
        Facts facts = PodFacts.of(
                Map.of(
                        "KUBERNETES_SERVICE_HOST", "10.0.0.1",
                        "HOSTNAME", "cart-7f9c",
                        "AWS_REGION", "eu-west-1",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                token("eks", "shop:cart").toString()),
                token("own", "shop:other"));

        assertThat(facts.get(Fact.NAMESPACE)).contains("shop");
        assertThat(facts.get(Fact.SERVICE_ACCOUNT)).contains("cart");
        assertThat(facts.get(Fact.POD)).contains("cart-7f9c");
        assertThat(facts.get(Fact.REGION)).contains("eu-west-1");
    }

    @Test
    void a_pod_without_container_settings_is_known_by_its_own_token() throws IOException {
        Facts facts = PodFacts.of(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), token("own", "shop:cart"));

        assertThat(facts.get(Fact.SERVICE_ACCOUNT)).contains("cart");
    }

    @Test
    void outside_a_pod_and_without_a_readable_token_there_are_no_names() throws IOException {
        assertThat(PodFacts.of(Map.of("HOSTNAME", "laptop"), token("own", "shop:cart"))
                        .get(Fact.POD))
                .isEmpty();
        assertThat(PodFacts.of(
                                Map.of(
                                        "KUBERNETES_SERVICE_HOST",
                                        "10.0.0.1",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                        directory.toString()),
                                directory.resolve("missing"))
                        .get(Fact.NAMESPACE))
                .isEmpty();
    }
}
