// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.spi.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

class ProfileFilesTest {

    private static final String CREDENTIALS = "aws.sharedCredentialsFile";
    private static final String CONFIG = "aws.configFile";
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final Ticks clock = new Ticks();
    private final ProfileFiles files = new ProfileFiles(Pod.environment(Map.of()), clock);

    @TempDir
    private Path directory;

    private Path credentials = Path.of("");

    @BeforeEach
    void point() {
        credentials = directory.resolve("credentials");
        System.setProperty(CREDENTIALS, credentials.toString());
        System.setProperty(CONFIG, directory.resolve("config").toString());
    }

    @AfterEach
    void clear() {
        System.clearProperty(CREDENTIALS);
        System.clearProperty(CONFIG);
    }

    @Test
    void an_unchanged_file_gives_the_same_object() throws IOException {
        write(credentials, "A", BEGIN);
        ProfileFile first = files.get();
        clock.pass(Duration.ofSeconds(5));

        assertThat(files.get()).isSameAs(first);
    }

    @Test
    void a_changed_file_is_read_again_a_second_later_and_no_sooner() throws IOException {
        write(credentials, "A", BEGIN);
        assertThat(profiles()).isEqualTo("A");
        write(credentials, "B", BEGIN.plusSeconds(1));

        clock.pass(Duration.ofMillis(900));
        assertThat(profiles()).isEqualTo("A");
        clock.pass(Duration.ofMillis(100));
        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void a_file_that_is_touched_and_says_the_same_gives_the_same_object() throws IOException {
        write(credentials, "A", BEGIN);
        ProfileFile first = files.get();
        write(credentials, "A", BEGIN.plusSeconds(1));
        clock.pass(Duration.ofSeconds(1));

        assertThat(files.get()).isSameAs(first);
    }

    @Test
    void a_file_that_is_gone_at_two_looks_is_an_empty_one_and_may_come_back() throws IOException {
        write(credentials, "A", BEGIN);
        assertThat(profiles()).isEqualTo("A");
        Files.delete(credentials);
        clock.pass(Duration.ofSeconds(1));
        assertThat(profiles()).isEqualTo("A");
        clock.pass(Duration.ofSeconds(1));
        assertThat(profiles()).isEmpty();
        write(credentials, "B", BEGIN);
        clock.pass(Duration.ofSeconds(1));
        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void a_file_that_is_caught_half_written_leaves_what_was() throws IOException {
        Files.writeString(credentials, "[A]\naws_access_key_id = a\naws_secret_access_key = s\n[B]\n");
        ProfileFile whole = files.get();

        Files.writeString(credentials, "[A]\naws_access_key_id = b\n");
        clock.pass(Duration.ofSeconds(1));
        assertThat(files.get()).isSameAs(whole);

        Files.writeString(credentials, "[A]\naws_access_key_id = b\naws_secret_access_key = t\n[B]\n");
        clock.pass(Duration.ofSeconds(1));
        assertThat(files.get().profile("A").orElseThrow().property("aws_access_key_id"))
                .contains("b");
    }

    @Test
    void a_file_that_breaks_leaves_what_was_until_it_is_mended() throws IOException {
        write(credentials, "A", BEGIN);
        assertThat(profiles()).isEqualTo("A");
        Files.writeString(credentials, "[B\n");
        clock.pass(Duration.ofSeconds(1));
        assertThat(profiles()).isEqualTo("A");
        write(credentials, "B", BEGIN.plusSeconds(2));
        clock.pass(Duration.ofSeconds(1));
        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void a_file_that_is_broken_from_the_start_is_refused() throws IOException {
        Files.writeString(credentials, "[B\n");

        assertThatThrownBy(files::get).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void another_file_of_the_same_age_and_size_is_another_file() throws IOException {
        write(credentials, "A", BEGIN);
        write(directory.resolve("others"), "B", BEGIN);
        assertThat(profiles()).isEqualTo("A");

        System.setProperty(CREDENTIALS, directory.resolve("others").toString());
        clock.pass(Duration.ofSeconds(1));

        assertThat(profiles()).isEqualTo("B");
    }

    private String profiles() {
        return String.join(
                ",", files.get().profiles().values().stream().map(Profile::name).toList());
    }

    private static void write(Path file, String profile, Instant changed) throws IOException {
        Files.writeString(file, "[" + profile + "]\n");
        Files.setLastModifiedTime(file, FileTime.from(changed));
    }

    private static final class Ticks implements Clock {
        private long nanos = 1;

        void pass(Duration time) {
            nanos += time.toNanos();
        }

        @Override
        public long epochMillis() {
            return BEGIN.toEpochMilli();
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }
    }
}
