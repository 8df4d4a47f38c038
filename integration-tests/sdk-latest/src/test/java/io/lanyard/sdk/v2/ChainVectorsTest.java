// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * Those vectors of the groups chain and chain-sep that are about how the sources of the AWS default chain are detected;
 * core's own test runs the others, and lists these.
 */
@NullUnmarked // a vector's fields are there or not
class ChainVectorsTest {

    private final World world = new World();
    private final List<String> asked = new ArrayList<>();

    @AfterEach
    void stop() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rs-chain-ecs",
                "rs-chain-ecs-invalid-profile",
                "rs-chain-env-first",
                "rs-chain-env-account",
                "rs-chain-env-blank",
                "sep-chain-25",
                "sep-chain-26"
            })
    void vector_with_credentials(String id) {
        JsonNode vector = vector(id);
        JsonNode ok = vector.path("expect").path("ok");
        JsonNode expected =
                ok.isMissingNode() ? vector.path("expect").path("chain").path("ok") : ok;
        try (ProcessSettings process = process(vector);
                LanyardDefaultCredentialsProvider provider = provider(vector, process)) {
            AwsCredentials credentials = provider.resolveCredentials();

            assertThat(credentials.accessKeyId())
                    .isEqualTo(expected.path("accessKeyId").asText());
            assertThat(credentials.secretAccessKey())
                    .isEqualTo(expected.path("secretAccessKey").asText());
            assertThat(credentials instanceof AwsSessionCredentials session ? session.sessionToken() : null)
                    .isEqualTo(expected.path("sessionToken").textValue());
            assertThat(credentials.accountId().orElse(null))
                    .isEqualTo(expected.path("accountId").textValue());
            assertThat(credentials.expirationTime().map(Instant::toString).orElse(null))
                    .isEqualTo(expected.path("expiration").textValue());
        }
        assertThat(asked).hasSize(vector.path("http").size());
    }

    @Test
    void imds_disabled() {
        JsonNode vector = vector("rs-chain-imds-disabled");
        try (ProcessSettings process = process(vector);
                LanyardDefaultCredentialsProvider provider = provider(vector, process)) {
            assertThatThrownBy(provider::resolveCredentials)
                    .hasMessageContaining("AWS_EC2_METADATA_DISABLED is true")
                    .cause()
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.CHAIN_EXHAUSTED));
        }
        assertThat(world.metadata.requests()).isEmpty();
    }

    /** The vector's credentials have ended long ago; the services of the test give others by the same way. */
    @Test
    void ecs_assume_role() {
        JsonNode steps = vector("rs-chain-ecs-assume-role").path("expect").path("chain");
        assertThat(steps.path("profile").asText()).isEqualTo("credential_source=EcsContainer + role_arn");
        assertThat(steps.path("then").asText()).isEqualTo("sts:AssumeRole");
        SetUp setUp = SetUp.NOTHING
                .with(SetUp.Profiles.ofDefault(ProfileKind.ROLE_OF_THE_CONTAINER))
                .with(ContainerKind.TASK);

        Comparison comparison = Comparison.of(setUp, world);

        assertThat(comparison.rule()).isEqualTo(Rule.NO_DIFFERENCE);
        assertThat(comparison.outcomes().values()).allSatisfy(outcome -> {
            assertThat(outcome.who()).isEqualTo(World.PROFILE_ROLE);
            assertThat(outcome.account()).isEqualTo("222233334444");
        });
        assertThat(world.sts.requests())
                .allSatisfy(request -> assertThat(request.target()).contains("Action=AssumeRole"));
    }

    private ProcessSettings process(JsonNode vector) {
        Map<String, String> variables = new HashMap<>();
        vector.path("env")
                .properties()
                .forEach(variable ->
                        variables.put(variable.getKey(), variable.getValue().asText()));
        variables.put("HOME", world.home.toString());
        variables.putAll(world.metadata.environment());
        vector.path("files").properties().forEach(file -> {
            assertThat(file.getKey()).isIn("/home/.aws/config", "~/.aws/config+credentials");
            world.writeFile("config", file.getValue().asText());
        });
        return new ProcessSettings(variables, world.quickAndHere());
    }

    private LanyardDefaultCredentialsProvider provider(JsonNode vector, ProcessSettings process) {
        JsonNode setUp = vector.path("config").path("setup");
        DefaultChainBuilder builder = new DefaultChainBuilder().environment(process);
        builder.profileName(setUp.path("profileOverride").textValue());
        if (setUp.has("preloadedConfig")) {
            ProfileFile preloaded = ProfileFile.builder()
                    .type(ProfileFile.Type.CONFIGURATION)
                    .content(new ByteArrayInputStream(
                            setUp.path("preloadedConfig").asText().getBytes(StandardCharsets.UTF_8)))
                    .build();
            builder.profileFile(() -> preloaded);
        }
        Instant now = Instant.parse(vector.path("clock").asText("2026-01-01T00:00:00Z"));
        builder.container(source -> source.startupPatience(Duration.ZERO)
                .clock(new StandingClock(now))
                .transport(request -> answer(vector, request)));
        return builder.build();
    }

    private AgentResponse answer(JsonNode vector, AgentRequest request) {
        JsonNode call = vector.path("http").path(asked.size());
        asked.add(request.target());
        assertThat(request.scheme() + "://" + request.host() + request.target())
                .isEqualTo(call.path("expect").path("url").asText());
        Map<String, String> headers = new HashMap<>();
        call.path("reply")
                .path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        return new AgentResponse(
                call.path("reply").path("status").asInt(),
                headers,
                call.path("reply").path("body").asText().getBytes(StandardCharsets.UTF_8),
                false);
    }

    private static JsonNode vector(String id) {
        return StreamSupport.stream(vectors().spliterator(), false)
                .filter(vector -> vector.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode vectors() {
        try {
            return new ObjectMapper()
                    .readTree(Path.of(System.getProperty("lanyard.conformance.vectors"))
                            .toFile())
                    .path("vectors");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record StandingClock(Instant now) implements Clock {
        @Override
        public long epochMillis() {
            return now.toEpochMilli();
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }
    }
}
