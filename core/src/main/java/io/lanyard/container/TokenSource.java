// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.BoundedFileReader;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.NotRegularFileException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the authorization token comes from: a file that is read for every attempt, a fixed text, or nowhere.
 *
 * <p>No message of this class contains any part of a token.
 */
final class TokenSource {

    /**
     * In bytes. A projected token has 1 to 2 KiB. The limit also keeps a request short enough for the send buffer, so
     * that writing it never waits for the agent to read.
     */
    private static final int LIMIT = 64 * 1024;

    /** The kubelet swaps a link and then deletes the old directory; a reader between the two finds nothing. */
    private static final Duration REREAD_AFTER = Duration.ofMillis(45);

    private static final int REREADS = 2;

    private static final String NO_CONTENT = "no content yet";

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

    /** Whether there is a token at all. */
    boolean isSet() {
        return file != null || fixed != null;
    }

    /** The path of the file that holds the token, or null where there is none. */
    @Nullable
    String file() {
        return file;
    }

    /** Returns the name of the setting or option that the token comes from. */
    String setting() {
        return setting;
    }

    /** Whether another read may return another token. */
    boolean mayChange() {
        return file != null;
    }

    /** Whether the failure is that of a file that the kubelet may not have written yet. */
    static boolean isNotThereYet(CredentialsException failure) {
        return failure.getCause() instanceof NoSuchFileException || failure.getCause() instanceof FileNotFoundException;
    }

    /** Returns the token for the header, or null where none is configured. */
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
                return checked(text(environment.readFile(file, LIMIT + 1)), true);
            } catch (CredentialsException e) {
                throw e;
            } catch (NoSuchFileException | FileNotFoundException e) {
                if (reread == REREADS) {
                    throw unreadable(e);
                }
            } catch (IOException | RuntimeException e) {
                throw unreadable(e);
            }
            clock.sleep(REREAD_AFTER);
        }
    }

    /** Returns the token for a description, or null where none is configured. Waits for at most a second. */
    @Nullable
    String peek(BoundedFileReader reader) {
        if (file == null) {
            return fixed;
        }
        try {
            return text(reader.read(file, LIMIT + 1));
        } catch (CredentialsException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
    }

    /** The text of the file's content, which must not be empty: the kubelet may not have written it yet. */
    private String text(byte[] content) throws IOException {
        if (content.length > LIMIT) {
            throw unreadable("is larger than 64 KiB", Problem.TOKEN_FILE_NOT_A_TOKEN, null);
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(content))
                .toString()
                .strip();
        if (text.isEmpty()) {
            throw new NoSuchFileException(file, null, NO_CONTENT);
        }
        return text;
    }

    private String checked(String token, boolean mayRecover) {
        if (token.length() > LIMIT) {
            throw CredentialsException.builder(
                            Category.INVALID_TOKEN,
                            "the token of " + setting + " has " + token.length() + " characters, more than " + LIMIT
                                    + ", and was not sent")
                    .finding(Problem.FIXED_TOKEN_HAS_OTHER_TEXT.id())
                    .remedy(remedy(Problem.FIXED_TOKEN_HAS_OTHER_TEXT))
                    .build();
        }
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c < ' ' || c >= 0x7f) {
                String what = Character.isISOControl(c) ? "a control character" : "a character beyond ASCII";
                Problem problem = mayRecover ? Problem.TOKEN_FILE_HAS_OTHER_TEXT : Problem.FIXED_TOKEN_HAS_OTHER_TEXT;
                throw CredentialsException.builder(
                                Category.INVALID_TOKEN,
                                "the token of " + setting + " has " + what + " at position " + i + " of "
                                        + token.length() + " and was not sent")
                        .recoverable(mayRecover)
                        .finding(problem.id())
                        .remedy(remedy(problem))
                        .build();
            }
        }
        return token;
    }

    private CredentialsException unreadable(Exception e) {
        if (e instanceof CharacterCodingException) {
            return unreadable("is not UTF-8 text", Problem.TOKEN_FILE_NOT_A_TOKEN, null);
        }
        if (!(e instanceof IOException known)) {
            // a path that is none, or an environment of the application, whose message may contain anything
            return unreadable("cannot be read: " + e.getClass().getName(), Problem.TOKEN_FILE_UNREADABLE, null);
        }
        if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
            boolean empty = e instanceof NoSuchFileException missing && NO_CONTENT.equals(missing.getReason());
            return unreadable(
                    empty ? "is empty" : BoundedFileReader.reason(known),
                    empty ? Problem.TOKEN_FILE_EMPTY : Problem.TOKEN_FILE_MISSING,
                    e);
        }
        Problem problem = e instanceof AccessDeniedException
                ? Problem.TOKEN_FILE_PERMISSION_DENIED
                : e instanceof NotRegularFileException ? Problem.TOKEN_FILE_NOT_REGULAR : Problem.TOKEN_FILE_UNREADABLE;
        return unreadable(BoundedFileReader.reason(known), problem, e);
    }

    private CredentialsException unreadable(String what, Problem problem, @Nullable Exception cause) {
        return CredentialsException.builder(Category.TOKEN_FILE_UNREADABLE, "the token file " + file + " " + what)
                .recoverable(true)
                .finding(problem.id())
                .remedy(remedy(problem))
                .cause(cause)
                .build();
    }

    private String remedy(Problem problem) {
        Facts facts = Facts.none().with(Fact.FILE, file).with(Fact.SETTING, setting);
        return problem.with(facts).remedy();
    }
}
