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
 * A projected service-account token on disk, written as kubelet's atomic writer does.
 *
 * <p>The path is a symbolic link to {@code ..data/eks-pod-identity-token}, and {@code ..data} is a link to a directory
 * named after the current time. A new token is written to a new directory. {@code ..data_tmp} is linked to it and
 * atomically renamed to {@code ..data}; then the old directory is deleted. So a reader sees the complete old or new
 * token, or no file if it resolved the links before the rename and opens the file after the deletion.
 *
 * <p>Needs a file system with symbolic links and POSIX permissions. Thread-safe: changes wait for each other. All methods
 * that use the disk throw {@link UncheckedIOException} if an operation fails.
 */
public final class ServiceAccountTokenFile implements AutoCloseable {
    private static final String NAME = "eks-pod-identity-token";
    private static final DateTimeFormatter DIRECTORY =
            DateTimeFormatter.ofPattern("'..'uuuu_MM_dd_HH_mm_ss.", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final ServiceAccountTokens.Draft token;
    private final Path directory;
    private int generation = (int) (System.nanoTime() % 1_000_000_000L);
    private Instant issued = Instant.MIN;
    private boolean overwritten;

    private ServiceAccountTokenFile(ServiceAccountTokens.Draft token, Path directory) {
        this.token = token;
        this.directory = directory;
    }

    /**
     * Creates a file in a new temporary directory, with a token that is valid for 24 hours.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile create(String namespace, String serviceAccount) {
        return create(ServiceAccountTokens.create(), namespace, serviceAccount, Duration.ofHours(24));
    }

    /**
     * Creates a file in a new temporary directory.
     *
     * @param tokens issues this token and those of {@link #rotate()}
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param lifetime the lifetime of each token
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile create(
            ServiceAccountTokens tokens, String namespace, String serviceAccount, Duration lifetime) {
        return create(tokens.token(namespace, serviceAccount).lifetime(lifetime));
    }

    /**
     * Creates a file in a new temporary directory.
     *
     * @param token the draft to issue now and at each {@link #rotate()}
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
     * Creates a file as IRSA's webhook projects it, with a token for {@code sts.amazonaws.com}.
     * {@link io.lanyard.testkit.StsService} accepts such tokens; EKS Auth rejects them.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @return the file, to be closed
     */
    public static ServiceAccountTokenFile createForSts(String namespace, String serviceAccount) {
        return create(
                ServiceAccountTokens.create().token(namespace, serviceAccount).audience("sts.amazonaws.com"));
    }

    /**
     * Returns the path for {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}.
     *
     * @return an absolute path, always the same
     */
    public Path path() {
        return directory.resolve(NAME);
    }

    /** Replaces the token by a newly issued one. */
    public synchronized void rotate() {
        issued = token.now();
        put(token.issue());
        overwritten = false;
    }

    /** Rotates the token if kubelet would: after 80 % of its lifetime, or 24 hours. */
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
     * Replaces the token by any text, as atomically as {@link #rotate()} does.
     *
     * @param content the file's content, written in UTF-8
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

    /** Removes the token; {@link #write(String)} and {@link #rotate()} restore it. */
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

    /** Deletes file and directory. Further calls have no effect. */
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

    /** Returns the target of {@code ..data}, or the volume itself before the first token. */
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

    /** Deletes links without following them. */
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
