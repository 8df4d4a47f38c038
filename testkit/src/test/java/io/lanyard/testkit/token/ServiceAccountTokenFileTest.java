// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Crowd;
import io.lanyard.testkit.internal.go.Jwt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServiceAccountTokenFileTest {

    @Test
    void the_volume_has_the_layout_of_kubelet() throws Exception {
        try (ServiceAccountTokenFile file = ServiceAccountTokenFile.create("shop", "cart")) {
            Path volume = volumeOf(file);
            assertThat(file.path()).isAbsolute().hasFileName("eks-pod-identity-token");
            assertThat(Files.readSymbolicLink(file.path())).hasToString("..data/eks-pod-identity-token");
            assertThat(Files.readSymbolicLink(volume.resolve("..data")).toString())
                    .matches("\\.\\.\\d{4}(_\\d\\d){5}\\.\\d{9}");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                    .isEqualTo("rw-r--r--");
            assertThat(Jwt.parse(Files.readString(file.path())).text("sub"))
                    .isEqualTo("system:serviceaccount:shop:cart");
        }
    }

    @Test
    void rotation_writes_a_new_token_and_deletes_the_old_directory() throws Exception {
        try (ServiceAccountTokenFile file =
                ServiceAccountTokenFile.create(ServiceAccountTokens.create(), "shop", "cart", Duration.ofMinutes(10))) {
            String before = Files.readString(file.path());
            file.rotate();
            assertThat(Files.readString(file.path())).isNotEqualTo(before);
            try (Stream<Path> entries = Files.list(volumeOf(file))) {
                assertThat(entries).hasSize(3);
            }
        }
    }

    @Test
    void a_token_can_be_overwritten_removed_and_restored() throws Exception {
        try (ServiceAccountTokenFile file = ServiceAccountTokenFile.create("shop", "cart")) {
            file.write(" \n");
            assertThat(file.path()).hasContent(" \n");
            file.remove();
            file.remove();
            assertThat(file.path()).doesNotExist();
            file.rotate();
            assertThat(file.path()).isNotEmptyFile();
        }
    }

    @Test
    void close_deletes_the_volume() {
        ServiceAccountTokenFile file = ServiceAccountTokenFile.create("shop", "cart");
        Path volume = volumeOf(file);
        file.close();
        file.close();
        assertThat(Files.exists(volume, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void a_reader_sees_complete_tokens_or_no_file_during_rotations() throws Exception {
        Set<String> written = ConcurrentHashMap.newKeySet();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        AtomicBoolean done = new AtomicBoolean();
        try (ServiceAccountTokenFile file = ServiceAccountTokenFile.create("shop", "cart")) {
            written.add(Files.readString(file.path()));
            Crowd<Integer> readers = Crowd.start(2, () -> readUntil(done, file.path(), seen));
            try {
                for (int i = 0; i < 200; i++) {
                    String token = Integer.toString(i).repeat(700);
                    written.add(token);
                    file.write(token);
                }
            } finally {
                done.set(true);
            }
            assertThat(readers.join(Duration.ofSeconds(60)).results()).hasSize(2);
        }
        assertThat(seen).isNotEmpty().isSubsetOf(written);
    }

    private static Path volumeOf(ServiceAccountTokenFile file) {
        return file.path().resolveSibling("");
    }

    private static int readUntil(AtomicBoolean done, Path path, Set<String> seen) throws IOException {
        int reads = 0;
        while (!done.get()) {
            try {
                seen.add(Files.readString(path));
                reads++;
            } catch (NoSuchFileException e) {
                // the links were resolved before a rotation, as can happen in a pod
            }
        }
        return reads;
    }
}
