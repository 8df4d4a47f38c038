// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.Availability;
import io.lanyard.chain.SourceState;
import io.lanyard.spi.Environment;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.utils.internal.SystemSettingUtilsTestBackdoor;

class SettingsSourceTest {

    private static final String KEY = "aws.accessKeyId";
    private static final String SECRET = "aws.secretAccessKey";

    private final AtomicInteger reads = new AtomicInteger();
    private IntConsumer onRead = count -> {};
    private final SettingsSource properties = SettingsSource.systemProperties(new Counting(Environment.system()));

    @AfterEach
    void clear() {
        System.clearProperty(KEY);
        System.clearProperty(SECRET);
        SystemSettingUtilsTestBackdoor.clearEnvironmentVariableOverrides();
    }

    @ParameterizedTest
    @CsvSource({
        "A, s, CONFIGURED",
        "' A ', s, CONFIGURED",
        "A, , INCOMPLETE",
        "A, ' ', INCOMPLETE",
        "'', s, INCOMPLETE",
        "' ', '', NOT_CONFIGURED",
        ", , NOT_CONFIGURED"
    })
    void one_key_alone_is_incomplete_and_blank_counts_as_unset(
            @Nullable String key, @Nullable String secret, SourceState state) {
        set(KEY, key);
        set(SECRET, secret);

        assertThat(properties.availability().state()).isEqualTo(state);
    }

    @Test
    void missing_key_is_named() {
        set(KEY, "A");

        Availability detection = properties.availability();

        assertThat(detection.reason()).isEqualTo("aws.accessKeyId is set and aws.secretAccessKey is not");
        assertThat(detection.remedy()).contains("set aws.secretAccessKey too, or unset both");
    }

    @Test
    void unchanged_properties_return_the_same_object() {
        set(KEY, "A");
        set(SECRET, "CANARY-1");
        AwsCredentialsIdentity first = properties.resolve();

        assertThat(properties.resolve()).isSameAs(first);
        assertThat(properties.resolveAsync()).isSameAs(properties.resolveAsync());
        set(SECRET, "CANARY-2");
        assertThat(properties.resolve().secretAccessKey()).isEqualTo("CANARY-2");
        assertThat(properties.cached()).contains(properties.resolve());
    }

    @Test
    void removed_properties_are_not_configured() {
        set(KEY, "A");
        set(SECRET, "CANARY");
        properties.resolve();
        System.clearProperty(KEY);

        assertIsNotConfigured();
        assertThat(properties.resolveAsync()).isCompletedExceptionally();
    }

    @Test
    void properties_that_are_removed_while_they_are_read_are_not_configured() {
        set(KEY, "A");
        set(SECRET, "CANARY");
        onRead = count -> {
            if (count == 4) {
                System.clearProperty(SECRET);
            }
        };

        assertIsNotConfigured();
    }

    /** Reading one allocates. */
    @Test
    void variables_are_read_once() {
        Map<String, String> variables = Map.of("AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "CANARY");
        variables.forEach(SystemSettingUtilsTestBackdoor::addEnvironmentVariableOverride);
        SettingsSource source = SettingsSource.environment(new Counting(Pod.environment(variables)));
        AwsCredentialsIdentity first = source.resolve();
        int before = reads.get();

        assertThat(source.resolve()).isSameAs(first);
        assertThat(source.resolveAsync().join()).isSameAs(first);
        assertThat(reads).hasValue(before);
    }

    private void assertIsNotConfigured() {
        assertThatThrownBy(properties::resolve)
                .isInstanceOfSatisfying(
                        CredentialsException.class,
                        e -> assertThat(e.category()).isEqualTo(Category.NOT_CONFIGURED));
    }

    private static void set(String name, @Nullable String value) {
        if (value != null) {
            System.setProperty(name, Objects.requireNonNull(value));
        }
    }

    /** Counts what is read. */
    private final class Counting implements Environment {
        private final Environment environment;

        Counting(Environment environment) {
            this.environment = environment;
        }

        @Override
        public @Nullable String variable(String name) {
            onRead.accept(reads.incrementAndGet());
            return environment.variable(name);
        }

        @Override
        public @Nullable String property(String name) {
            onRead.accept(reads.incrementAndGet());
            return environment.property(name);
        }

        @Override
        public byte[] readFile(String path, int limit) throws IOException {
            return environment.readFile(path, limit);
        }
    }
}
