// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the authorization token comes from: a file that is read anew for every attempt, a fixed text, or nowhere.
 *
 * <p>No message made here holds any part of a token.
 */
final class TokenSource {

    /** A projected token has 1 to 2 KiB; what is longer than this is another file. */
    private static final int FILE_LIMIT = 64 * 1024;

    /** The kubelet swaps a link and then deletes the old directory; a reader between the two finds nothing. */
    private static final Duration REREAD_AFTER = Duration.ofMillis(45);

    private static final int REREADS = 2;

    private final @Nullable String file;
    private final @Nullable String fixed;
    private final String setting;

    private TokenSource(@Nullable String file, @Nullable String fixed, String setting) {
        this.file = file;
        this.fixed = fixed;
        this.setting = setting;
    }

    static TokenSource none() {
        return new TokenSource(null, null, "");
    }

    static TokenSource file(String path, String setting) {
        return new TokenSource(path, null, setting);
    }

    static TokenSource fixed(String token, String setting) {
        return new TokenSource(null, token, setting);
    }

    /** Whether reading again may give another token. */
    boolean mayChange() {
        return file != null;
    }

    /** Whether the failure is that of a file which the kubelet may be about to write. */
    static boolean isNotThereYet(CredentialsException failure) {
        return failure.getCause() instanceof NoSuchFileException || failure.getCause() instanceof FileNotFoundException;
    }

    /** The token as it goes into the header, or null where none is configured. */
    @Nullable
    String read(Environment environment, Clock clock) throws InterruptedException {
        if (fixed != null) {
            return checked(fixed, false);
        }
        if (file == null) {
            return null;
        }
        for (int reread = 0; ; reread++) {
            try {
                String token = readFile(environment, file);
                if (!token.isEmpty()) {
                    return checked(token, true);
                }
                if (reread == REREADS) {
                    throw unreadable(
                            "is empty", missingRemedy(), new NoSuchFileException(file, null, "no content yet"));
                }
            } catch (NoSuchFileException | FileNotFoundException e) {
                if (reread == REREADS) {
                    throw unreadable("does not exist", missingRemedy(), e);
                }
            } catch (AccessDeniedException e) {
                throw unreadable(
                        "may not be read by this process",
                        "set securityContext.fsGroup, or run all containers of the pod as one user",
                        e);
            } catch (CharacterCodingException e) {
                throw unreadable("is not UTF-8 text", "point the setting at the projected token", null);
            } catch (IOException | InvalidPathException | SecurityException e) {
                throw unreadable(
                        "cannot be read: " + e.getClass().getSimpleName(), "check the volume that holds it", e);
            }
            clock.sleep(REREAD_AFTER);
        }
    }

    /** The token as it is at this moment, or null when there is none that can be read: for a look, not for a request. */
    @Nullable
    String peek(Environment environment) {
        try {
            return file == null ? fixed : readFile(environment, file);
        } catch (IOException | CredentialsException | InvalidPathException | SecurityException e) {
            return null;
        }
    }

    private String readFile(Environment environment, String path) throws IOException {
        byte[] bytes = environment.readFile(path, FILE_LIMIT + 1);
        if (bytes.length > FILE_LIMIT) {
            throw unreadable("is larger than 64 KiB", "point the setting at the projected token", null);
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString()
                .strip();
    }

    private String checked(String token, boolean mayRecover) {
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c < ' ' || c >= 0x7f) {
                String what = Character.isISOControl(c) ? "a control character" : "a character beyond ASCII";
                throw CredentialsException.builder(
                                Category.INVALID_TOKEN,
                                "the token of " + setting + " has " + what + " at position " + i + " of "
                                        + token.length() + " and was not sent")
                        .recoverable(mayRecover)
                        .remedy(
                                mayRecover
                                        ? "check what writes the file " + file
                                        : "set " + setting + " to the token alone, without line breaks")
                        .build();
            }
        }
        return token;
    }

    private CredentialsException unreadable(String what, String remedy, @Nullable Exception cause) {
        return CredentialsException.builder(Category.TOKEN_FILE_UNREADABLE, "the token file " + file + " " + what)
                .recoverable(true)
                .remedy(remedy + " (" + setting + ")")
                .cause(cause)
                .build();
    }

    private static String missingRemedy() {
        return "check that the token volume is mounted in this container, and recreate the pod if it is not";
    }
}
