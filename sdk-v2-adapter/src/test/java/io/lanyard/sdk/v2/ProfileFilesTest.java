// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

class ProfileFilesTest {

    private static final String CREDENTIALS = "aws.sharedCredentialsFile";
    private static final String CONFIG = "aws.configFile";
    private static final Instant BEGIN = ManualClock.BEGIN.minusSeconds(60);

    private final ManualClock clock = new ManualClock();
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
    void unchanged_file_returns_the_same_object() throws IOException {
        write(credentials, "A", BEGIN);
        ProfileFile first = files.get();

        assertThat(files.get()).isSameAs(first);
    }

    @Test
    void touched_file_with_the_same_content_returns_the_same_object() throws IOException {
        write(credentials, "A", BEGIN);
        ProfileFile first = files.get();
        write(credentials, "A", BEGIN.plusSeconds(1));

        assertThat(files.get()).isSameAs(first);
    }

    @Test
    void a_changed_file_is_read_again() throws IOException {
        write(credentials, "A", BEGIN);
        assertThat(profiles()).isEqualTo("A");
        write(credentials, "B", BEGIN.plusSeconds(1));

        assertThat(profiles()).isEqualTo("B");
    }

    /** Time stamps of some file systems are as coarse as two seconds. */
    @Test
    void file_that_has_just_changed_is_read_again_although_its_time_stamp_is_the_same() throws IOException {
        write(credentials, "A", ManualClock.BEGIN);
        assertThat(profiles()).isEqualTo("A");
        write(credentials, "B", ManualClock.BEGIN);

        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void another_file_of_the_same_age_and_size_is_another_file() throws IOException {
        write(credentials, "A", BEGIN);
        write(directory.resolve("others"), "B", BEGIN);
        assertThat(profiles()).isEqualTo("A");

        System.setProperty(CREDENTIALS, directory.resolve("others").toString());

        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void a_file_that_is_moved_over_another_of_the_same_age_and_size_is_read() throws IOException {
        write(credentials, "A", BEGIN);
        write(directory.resolve("others"), "B", BEGIN);
        assertThat(profiles()).isEqualTo("A");

        Files.move(directory.resolve("others"), credentials, StandardCopyOption.REPLACE_EXISTING);

        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void a_file_that_does_not_exist_is_an_empty_one() {
        assertThat(profiles()).isEmpty();
    }

    /** As for the SDK; /dev/null is a common way to say that there is no file. */
    @Test
    void directory_counts_as_absent() throws IOException {
        Files.createDirectory(credentials);

        assertThat(profiles()).isEmpty();
    }

    @Test
    void file_that_cannot_be_parsed_is_unreadable_and_read_again_at_the_next_check() throws IOException {
        write(credentials, "A", BEGIN);
        assertThat(profiles()).isEqualTo("A");
        Files.writeString(credentials, "[B\n");

        assertThatThrownBy(files::get).isInstanceOf(CredentialsException.class);

        write(credentials, "B", BEGIN);
        assertThat(profiles()).isEqualTo("B");
    }

    @Test
    void failure_names_file_line_and_setting_and_does_not_quote_the_file() throws IOException {
        Files.writeString(credentials, "[default]\naws_access_key_id = AKIA\naws_secret_access_key CANARY\n");

        assertThatThrownBy(files::get).isInstanceOfSatisfying(CredentialsException.class, unreadable -> {
            assertThat(unreadable.category()).isEqualTo(Category.PROFILE_UNREADABLE);
            assertThat(unreadable.recoverable()).isTrue();
            assertThat(unreadable.finding()).contains(Problem.PROFILE_FILE_UNREADABLE.id());
            assertThat(unreadable)
                    .hasMessageContainingAll(
                            "the credentials file " + credentials + " cannot be parsed (line 3)",
                            "Remedy: ",
                            "AWS_SHARED_CREDENTIALS_FILE");
            assertThat(Throwables.getStackTrace(unreadable)).doesNotContain("CANARY", "AKIA");
        });
    }

    @Test
    void a_file_without_permission_is_unreadable_and_not_absent() throws IOException {
        write(credentials, "A", BEGIN);
        Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("---------"));
        if (Files.isReadable(credentials)) { // root may read every file, except those that the kernel cannot
            Files.delete(credentials);
            Files.createSymbolicLink(credentials, Path.of("/proc/self/mem"));
        }

        assertThatThrownBy(files::get)
                .isInstanceOf(CredentialsException.class)
                .hasMessageContaining("exists but cannot be read");
    }

    @Test
    void a_file_whose_attributes_cannot_be_read_is_unreadable_and_not_absent() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("aws"));
        Path file = folder.resolve("credentials");
        System.setProperty(CREDENTIALS, file.toString());
        write(file, "A", BEGIN);
        assertThat(profiles()).isEqualTo("A");
        Files.delete(file);
        Files.delete(folder);
        Files.createSymbolicLink(folder, folder.getFileName()); // a loop

        assertThatThrownBy(files::get).hasMessageContaining("cannot be examined");

        Files.delete(folder);
        files.get();
        assertThat(files.exist()).isFalse();
    }

    @Test
    void file_below_a_regular_file_does_not_exist() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        System.setProperty(CREDENTIALS, file.resolve("credentials").toString());

        files.get();

        assertThat(files.exist()).isFalse();
    }

    @Test
    void interrupted_thread_still_reads_the_file() throws IOException {
        write(credentials, "A", BEGIN);
        Thread.currentThread().interrupt();
        try {
            assertThat(profiles()).isEqualTo("A");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private String profiles() {
        clock.pass(Duration.ofSeconds(1));
        return String.join(
                ",", files.get().profiles().values().stream().map(Profile::name).toList());
    }

    private static void write(Path file, String profile, Instant changed) throws IOException {
        Files.writeString(file, "[" + profile + "]\n");
        Files.setLastModifiedTime(file, FileTime.from(changed));
    }
}
