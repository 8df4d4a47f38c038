// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.token;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A projected service-account token on disk, kept by the steps of kubelet's atomic writer.
 *
 * <p>The path is a symbolic link to {@code ..data/eks-pod-identity-token}, and {@code ..data} one to a directory with a
 * time in its name. A new token goes into a new directory; {@code ..data_tmp} is linked to it and renamed over
 * {@code ..data}, which is atomic; then the old directory is deleted. So a reader sees the old token or the new one,
 * whole, or, if it has resolved the links too early, no file at all.
 *
 * <p>Needs a file system with symbolic links and POSIX permissions. Thread-safe: changes wait for each other. Everything
 * that touches the disk throws {@link UncheckedIOException} when the disk refuses.
 */
public final class ServiceAccountTokenFile implements AutoCloseable {
    private static final String NAME = "eks-pod-identity-token";
    private static final DateTimeFormatter DIRECTORY =
            DateTimeFormatter.ofPattern("'..'uuuu_MM_dd_HH_mm_ss.", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final ServiceAccountTokens.Draft token;
    private final Path directory;
    private int generation = (int) (System.nanoTime() % 1_000_000_000L);
    private Instant issued = Instant.MIN;
    private boolean overwritten; // guarded by this

    private ServiceAccountTokenFile(ServiceAccountTokens.Draft token, Path directory) {
        this.token = token;
        this.directory = directory;
    }

    /**
     * A file in a directory of its own under the system's temporary one, with a token for 24 hours.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile create(String namespace, String serviceAccount) {
        return create(ServiceAccountTokens.create(), namespace, serviceAccount, Duration.ofHours(24));
    }

    /**
     * A file in a directory of its own under the system's temporary one.
     *
     * @param tokens issues this token and those of {@link #rotate()}
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param lifetime of each token
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile create(
            ServiceAccountTokens tokens, String namespace, String serviceAccount, Duration lifetime) {
        return create(tokens.token(namespace, serviceAccount).lifetime(lifetime));
    }

    /**
     * A file in a directory of its own under the system's temporary one.
     *
     * @param token what to issue now and at each {@link #rotate()}
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile create(ServiceAccountTokens.Draft token) {
        Path directory;
        try {
            directory = Files.createTempDirectory("lanyard-token-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServiceAccountTokenFile file = new ServiceAccountTokenFile(token, directory);
        file.rotate();
        return file;
    }

    /**
     * Creates a file as IRSA's webhook projects it: with a token for {@code sts.amazonaws.com}, which
     * {@link io.lanyard.testkit.StsService} accepts and the agents of EKS do not.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile createForSts(String namespace, String serviceAccount) {
        return create(
                ServiceAccountTokens.create().token(namespace, serviceAccount).audience("sts.amazonaws.com"));
    }

    /**
     * The path for {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}.
     *
     * @return absolute, the same for the life of this object
     */
    public Path path() {
        return directory.resolve(NAME);
    }

    /** Puts a newly issued token in place of the present one. */
    public synchronized void rotate() {
        issued = token.now();
        put(token.issue());
        overwritten = false;
    }

    /** Rotates the token if kubelet would by now: after 80 % of its lifetime, or 24 hours. */
    public synchronized void rotateIfDue() {
        if (token.isDue(issued)) {
            rotate();
        }
    }

    /** Rotates the token if {@link #write(String)} or {@link #remove()} has replaced the last one issued. */
    public synchronized void rotateIfOverwritten() {
        if (overwritten) {
            rotate();
        }
    }

    /**
     * Puts any text in place of the present token, by the same steps.
     *
     * @param content the file's content in UTF-8, as it is
     */
    public synchronized void write(String content) {
        overwritten = true;
        put(content);
    }

    private void put(String content) {
        try {
            Path old = currentDirectory();
            Path fresh = newDirectory();
            Path file = fresh.resolve(NAME);
            Files.write(file, content.getBytes(StandardCharsets.UTF_8));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            Path temporary = directory.resolve("..data_tmp");
            Files.createSymbolicLink(temporary, fresh.getFileName());
            Files.move(temporary, data(), StandardCopyOption.ATOMIC_MOVE);
            if (!Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(path(), Path.of("..data", NAME));
            }
            if (!old.equals(directory)) {
                deleteTree(old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the token away; {@link #write(String)} and {@link #rotate()} bring it back. */
    public synchronized void remove() {
        overwritten = true;
        try {
            Path old = currentDirectory();
            Files.deleteIfExists(path());
            Files.deleteIfExists(data());
            if (!old.equals(directory)) {
                deleteTree(old);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes file and directory. Does nothing the second time. */
    @Override
    public synchronized void close() {
        try {
            deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path data() {
        return directory.resolve("..data");
    }

    /** What {@code ..data} points to, or the volume itself if there is none yet. */
    private Path currentDirectory() throws IOException {
        return Files.isSymbolicLink(data()) ? directory.resolve(Files.readSymbolicLink(data())) : directory;
    }

    private Path newDirectory() throws IOException {
        generation = (generation + 1) % 1_000_000_000;
        String name = DIRECTORY.format(Instant.now()) + String.format("%09d", generation);
        Path created = Files.createDirectory(directory.resolve(name));
        Files.setPosixFilePermissions(created, PosixFilePermissions.fromString("rwxr-xr-x"));
        return created;
    }

    /** Links are deleted, not followed. */
    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> children = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(root)) {
            walk.forEach(children::add);
        }
        for (int i = children.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(children.get(i));
        }
    }
}
