// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.URI;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.NotRegularFileException;
import io.lanyard.testing.Crowd;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The token file, read at every attempt (T2), and what may stand in it (T3). */
class TokenSourceTest {

    private static final String ROLE = "arn:aws:iam::111122223333:role/Token";

    private final SourceWorld world = new SourceWorld();

    @ParameterizedTest
    @ValueSource(
            strings = {"eyJ.CANARY", "eyJ.CANARY\n", "eyJ.CANARY\r\n", "\t eyJ.CANARY \n\n", "\u2003eyJ.CANARY\u3000"})
    void white_space_at_the_ends_of_the_file_is_no_part_of_the_token(String content) throws Exception {
        world.token(content);

        source().resolve();

        assertThat(world.sentToken(0)).isEqualTo("eyJ.CANARY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eyJ\nCANARY",
                "eyJ\r\nCANARY",
                "eyJ\rCANARY",
                "eyJ\r\n CANARY",
                "eyJ\u0000CANARY",
                "eyJ\tCANARY",
                "eyJ\u007fCANARY",
                "eyJ\u0085CANARY",
                "eyJ\u00e4CANARY",
                "eyJ\u2028CANARY",
                "\ufeffeyJ.CANARY"
            })
    void a_control_character_inside_is_refused_before_anything_is_sent(String content) {
        world.token(content);

        CredentialsException failure = failure(source());

        assertThat(failure.category()).isEqualTo(Category.INVALID_TOKEN);
        assertThat(failure.recoverable()).isTrue();
        assertThat(failure).hasMessageContaining("position").hasMessageNotContaining("CANARY");
        assertThat(failure.remedy().orElseThrow()).contains(TOKEN_PATH);
        assertThat(world.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eyJ.CANARY\n", "\neyJ.CANARY", "eyJ\nCANARY", "eyJ.CANARY\r", "a\u0000CANARY"})
    void a_fixed_token_is_taken_as_it_is_and_refused_with_a_line_break_anywhere(String token) {
        CredentialsException failure = failure(world.impatient().token(token).build());

        assertThat(failure.category()).isEqualTo(Category.INVALID_TOKEN);
        assertThat(failure.recoverable()).isFalse();
        assertThat(failure).hasMessageNotContaining("CANARY");
        assertThat(world.requests).isEmpty();
    }

    @Test
    void what_is_wrong_with_a_token_is_told_without_the_token() {
        assertThat(failure(world.impatient().token("a\nCANARY").build()))
                .hasMessageContaining("a control character at position 1 of 8");
        assertThat(failure(world.impatient().token("a\u00e4CANARY").build()))
                .hasMessageContaining("a character beyond ASCII at position 1 of 8");
    }

    @Test
    void a_fixed_token_goes_out_raw() throws Exception {
        world.variables.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", " Bearer CANARY ");

        world.impatient().build().resolve();

        assertThat(world.sentToken(0)).isEqualTo(" Bearer CANARY ");
    }

    @Test
    void a_file_of_64_kib_is_read_and_a_longer_one_is_not() throws Exception {
        world.token("x".repeat(65_536));
        source().resolve();
        assertThat(world.sentToken(0)).hasSize(65_536);

        world.token("x".repeat(65_537));
        CredentialsException failure = failure(source());
        assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
        assertThat(failure).hasMessageContaining("64 KiB");
    }

    @Test
    void a_file_that_is_not_utf_8_is_unreadable() {
        for (byte[] content : new byte[][] {{(byte) 0xff, 'a'}, {'a', (byte) 0xc3}, {(byte) 0xc0, (byte) 0x80}}) {
            world.files.put(TOKEN_PATH, () -> content);

            CredentialsException failure = failure(source());

            assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
            assertThat(failure.recoverable()).isTrue();
            assertThat(failure).hasMessageContaining("UTF-8");
        }
        assertThat(world.requests).isEmpty();
    }

    @Test
    void a_file_that_may_not_be_read_is_told_with_fs_group() {
        world.files.put(TOKEN_PATH, () -> {
            throw new AccessDeniedException(TOKEN_PATH);
        });

        CredentialsException failure = failure(source());

        assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
        assertThat(failure.remedy().orElseThrow()).contains("fsGroup").contains("tokenFile");
        assertThat(world.pauses).isEmpty();
    }

    @Test
    void a_file_that_breaks_off_is_unreadable() {
        world.files.put(TOKEN_PATH, () -> {
            throw new IOException("Input/output error");
        });

        assertThat(failure(source()).category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
    }

    @Test
    void a_fixed_token_of_more_than_64_kib_is_refused_and_not_sent() throws Exception {
        world.impatient().token("x".repeat(65_536)).build().resolve();
        assertThat(world.sentToken(0)).hasSize(65_536);
        world.requests.clear();

        CredentialsException failure =
                failure(world.impatient().token("x".repeat(8 << 20)).build());

        assertThat(failure.category()).isEqualTo(Category.INVALID_TOKEN);
        assertThat(failure.recoverable()).isFalse();
        assertThat(failure).hasMessageContaining("8388608 characters").hasMessageContaining("65536");
        assertThat(failure.remedy()).isPresent();
        assertThat(world.requests).isEmpty();
    }

    @Test
    void an_environment_that_throws_makes_the_file_unreadable_and_its_words_are_not_repeated() {
        world.files.put(TOKEN_PATH, () -> {
            throw new IllegalStateException("eyJ-CANARY");
        });

        CredentialsException failure = failure(source());

        assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
        assertThat(failure)
                .hasMessageContaining("java.lang.IllegalStateException")
                .hasRootCauseInstanceOf(CredentialsException.class);
        assertThat(failure.remedy()).isPresent();
    }

    @Test
    void a_file_that_is_missing_or_empty_is_looked_for_three_times_within_100_ms() {
        int[] reads = {0};
        world.files.put(TOKEN_PATH, () -> {
            reads[0]++;
            return new byte[] {'\n'};
        });

        CredentialsException failure = failure(source());

        assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
        assertThat(failure).hasMessageContaining("empty");
        assertThat(failure.remedy().orElseThrow()).contains("mounted");
        assertThat(reads[0]).isEqualTo(3);
        assertThat(world.pauses).hasSize(2);
        assertThat(world.passed()).isLessThanOrEqualTo(Duration.ofMillis(100));
        world.files.clear();
        assertThat(failure(source())).hasMessageContaining("does not exist");
    }

    // on a real disk

    @Test
    void a_directory_is_unreadable(@TempDir Path directory) {
        CredentialsException failure = failure(onDisk(directory.toString()));

        assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
        assertThat(failure).hasMessageContaining(directory.toString());
    }

    @Test
    void a_directory_is_no_regular_file(@TempDir Path directory) {
        assertThat(failure(onDisk(directory.toString())))
                .hasMessageContaining("is not a regular file but a directory")
                .hasMessageContaining("point the setting at the file that holds the token");
    }

    /** Opening a FIFO waits for a writer, and opening a terminal or a tape has effects. */
    @Test
    void a_fifo_is_refused_without_being_opened(@TempDir Path directory) throws Exception {
        Path fifo = fifo(directory);
        Path link = Files.createSymbolicLink(directory.resolve("token"), fifo);

        for (Path path : List.of(fifo, link)) {
            CredentialsException failure = failureInTime(onDisk(path.toString()));

            assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
            assertThat(failure.recoverable()).isTrue();
            assertThat(failure).hasMessageContaining("is not a regular file but a FIFO, a socket or a device");
        }
    }

    @Test
    void a_device_is_refused() throws Exception {
        assertThat(failureInTime(onDisk("/dev/zero"))).hasMessageContaining("is not a regular file");
    }

    @Test
    void a_link_to_a_regular_file_is_followed(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "token");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);

        assertThat(Environment.system().readFile(link.toString(), 3)).hasSize(3);
    }

    @Test
    void what_is_wrong_with_a_file_on_disk_is_told_by_type(@TempDir Path directory) throws Exception {
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("nothing"));

        assertThatThrownBy(() -> Environment.system().readFile(dangling.toString(), 1))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Environment.system().readFile(directory.toString(), 1))
                .isInstanceOf(NotRegularFileException.class);
    }

    private static Path fifo(Path directory) throws Exception {
        Path fifo = directory.resolve("fifo");
        Process made = new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fifo).exists();
        return fifo;
    }

    private static CredentialsException failureInTime(ContainerCredentialsSource source) throws Exception {
        try {
            source.resolveAsync().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return CredentialsException.in(e).orElseThrow();
        }
        throw new AssertionError("there are credentials");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere/at/all", "a\u0000b"})
    void a_path_that_leads_nowhere_is_unreadable(String path) {
        assertThat(failure(onDisk(path)).category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
    }

    @Test
    void a_path_through_a_file_is_unreadable(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "token");

        assertThat(failure(onDisk(file.resolve("token").toString())).category())
                .isEqualTo(Category.TOKEN_FILE_UNREADABLE);
    }

    @Test
    void a_file_of_many_mebibytes_is_read_no_further_than_its_limit(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("huge");
        Files.write(file, new byte[4 << 20]);

        assertThat(Environment.system().readFile(file.toString(), 65_537)).hasSize(65_537);
        assertThat(failure(onDisk(file.toString()))).hasMessageContaining("64 KiB");
    }

    private static ContainerCredentialsSource onDisk(String path) {
        return ContainerCredentialsSource.builder()
                .fullUri(URI)
                .tokenFile(path)
                .startupPatience(Duration.ZERO)
                .transport(request -> {
                    throw new AssertionError("nothing is to be sent");
                })
                .build();
    }

    @Test
    void two_hundred_rotations_of_the_kubelet_never_fail_a_read() throws Exception {
        try (ServiceAccountTokenFile file = ServiceAccountTokenFile.create("default", "app");
                EksPodIdentityAgent agent = EksPodIdentityAgent.start()) {
            agent.associate("default", "app", ROLE);
            TokenSource token = TokenSource.file(file.path().toString(), "SETTING");
            AtomicBoolean over = new AtomicBoolean();
            AtomicInteger reads = new AtomicInteger();
            Crowd<Integer> kubelet = Crowd.start(1, () -> {
                int rotations = 0;
                try {
                    // on a busy machine all of it could be over before the second read
                    while (rotations < 200 || reads.get() < 50) {
                        file.rotate();
                        rotations++;
                    }
                } finally {
                    over.set(true);
                }
                return rotations;
            });

            Set<String> seen = new HashSet<>();
            int resolved = 0;
            while (!over.get()) {
                seen.add(String.valueOf(token.read(Environment.system(), Clock.system())));
                reads.incrementAndGet();
                if (resolved < 100) {
                    resolved++;
                    ContainerCredentialsSource.builder()
                            .fullUri(agent.credentialsUri().toString())
                            .tokenFile(file.path().toString())
                            .startupPatience(Duration.ZERO)
                            .maxAttempts(1)
                            .build()
                            .resolve();
                }
            }
            assertThat(kubelet.join(Duration.ofSeconds(60)).results()).allMatch(rotations -> rotations >= 200);

            assertThat(seen)
                    .hasSizeGreaterThan(2)
                    .allMatch(t -> t.chars().filter(c -> c == '.').count() == 2);
            assertThat(agent.requests()).hasSize(resolved).allMatch(r -> r.status() == 200);
        }
    }

    private ContainerCredentialsSource source() {
        return world.impatient().tokenFile(TOKEN_PATH).build();
    }

    @Test
    void the_limit_is_counted_in_bytes() {
        world.token("\u20ac".repeat(30_000));

        assertThat("\u20ac".getBytes(StandardCharsets.UTF_8)).hasSize(3);
        assertThat(failure(source()).category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
    }
}
