// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import io.lanyard.spi.Environment;
import io.lanyard.spi.NotRegularFileException;
import io.lanyard.spi.Scheduler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a small file for a report, which must not hang: a caller waits for at most one second.
 *
 * <p>The read runs on the scheduler. One that does not return (a network file system whose server is down) occupies one
 * thread; until it returns, further calls fail at once and start nothing. Calls for the same file at the same time
 * share one read.
 *
 * <p>Safe for use by any thread.
 */
public final class BoundedFileReader {

    /** The longest wait. A token file is read within a millisecond. */
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final Environment environment;
    private final Scheduler scheduler;

    private @Nullable Read latest; // guarded by this

    /**
     * Creates a reader.
     *
     * @param environment reads the files
     * @param scheduler runs the reads
     */
    public BoundedFileReader(Environment environment, Scheduler scheduler) {
        this.environment = environment;
        this.scheduler = scheduler;
    }

    /**
     * Reads the beginning of a file, as {@link Environment#readFile} does, and waits for at most one second.
     *
     * @param path the path as it was configured
     * @param limit how many bytes to read at most
     * @return the file's first bytes
     * @throws InterruptedIOException when the file could not be read in time, or the caller was interrupted
     * @throws IOException when the file cannot be read
     */
    public byte[] read(String path, int limit) throws IOException {
        Read read = started(path, limit);
        try {
            return read.content.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            read.overdue = true;
            throw tooLate();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the file");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException known) {
                throw known;
            }
            throw new FailedException((cause == null ? e : cause).getClass().getName());
        }
    }

    /**
     * Says why a file cannot be read, as a clause whose subject is the file.
     *
     * @param failure what {@link #read} or {@link Environment#readFile} threw
     * @return for example {@code does not exist}
     */
    public static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
            return "does not exist";
        }
        if (failure instanceof AccessDeniedException) {
            return "may not be read by this process";
        }
        if (failure instanceof NotRegularFileException known) {
            return "is not a regular file but " + known.getReason();
        }
        if (failure instanceof InterruptedIOException) {
            return "could not be read: " + failure.getMessage();
        }
        return "cannot be read: "
                + (failure instanceof FailedException
                        ? failure.getMessage()
                        : failure.getClass().getSimpleName());
    }

    private synchronized Read started(String path, int limit) throws InterruptedIOException {
        Read earlier = latest;
        if (earlier != null && !earlier.content.isDone()) {
            if (earlier.overdue) {
                throw tooLate();
            }
            if (earlier.path.equals(path) && earlier.limit == limit) {
                return earlier;
            }
        }
        Read read = new Read(environment, path, limit);
        latest = read;
        try {
            scheduler.execute(read);
        } catch (RuntimeException | Error e) { // later callers must not take it for a read that hangs
            read.content.completeExceptionally(e);
        }
        return read;
    }

    private static InterruptedIOException tooLate() {
        return new InterruptedIOException("not read within " + LIMIT.toSeconds() + " s");
    }

    /** The read failed with an exception that is not an I/O error; the message is the name of its class. */
    private static final class FailedException extends IOException {
        private static final long serialVersionUID = 1L;

        FailedException(String className) {
            super(className);
        }
    }

    private static final class Read implements Runnable {
        private final CompletableFuture<byte[]> content = new CompletableFuture<>();
        private final Environment environment;
        private final String path;
        private final int limit;
        private volatile boolean overdue;

        Read(Environment environment, String path, int limit) {
            this.environment = environment;
            this.path = path;
            this.limit = limit;
        }

        @Override
        public void run() {
            try {
                content.complete(Objects.requireNonNull(environment.readFile(path, limit)));
            } catch (Throwable e) { // a caller may be waiting
                content.completeExceptionally(e);
            }
        }
    }
}
