// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import io.lanyard.chain.SourceReport;
import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists and reads objects as an ordinary application does. As in a pod, the environment alone says where the
 * credentials are.
 *
 * <p>It reports each step to its parent process with a {@link Line} on stdout, and exits at the end of its stdin.
 */
final class Application {
    /** Third argument: take the credentials from the default chain and report its {@code explain(true)}. */
    static final String DEFAULT_CHAIN = "default-chain";

    private static final Duration PACE = Duration.ofMillis(200);

    private Application() {}

    /**
     * Runs until stdin ends.
     *
     * @param arguments the S3 endpoint, the bucket, and {@link #DEFAULT_CHAIN} or nothing
     */
    public static void main(String[] arguments) throws InterruptedException {
        CountDownLatch stop = stopAtEndOfInput();
        say(Line.ENVIRONMENT, awsVariables());
        if (List.of(arguments).contains(DEFAULT_CHAIN)) {
            try (LanyardDefaultCredentialsProvider credentials = LanyardDefaultCredentialsProvider.create()) {
                work(arguments, credentials, stop, () -> explain(credentials));
            }
        } else {
            try (LanyardContainerCredentialsProvider credentials = LanyardContainerCredentialsProvider.create()) {
                work(arguments, credentials, stop, () -> {});
            }
        }
        say(Line.DONE);
    }

    private static void work(
            String[] arguments, AwsCredentialsProvider credentials, CountDownLatch stop, Runnable afterFirstRead)
            throws InterruptedException {
        String bucket = arguments[1];
        try (S3Client s3 = S3Client.builder()
                .credentialsProvider(credentials)
                .endpointOverride(URI.create(arguments[0]))
                .forcePathStyle(true)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            long start = System.nanoTime();
            AwsCredentials first = credentials.resolveCredentials();
            long took = System.nanoTime() - start;
            say(
                    Line.CREDENTIALS,
                    Long.toString(TimeUnit.NANOSECONDS.toMillis(took)),
                    first.accessKeyId(),
                    first.accountId().orElse(""));
            List<String> keys = list(s3, bucket);
            say(Line.LISTED, Integer.toString(keys.size()));
            String body = read(s3, bucket, keys.get(0));
            say(Line.READ, keys.get(0), Integer.toString(body.length()));
            afterFirstRead.run();
            for (int i = 1; !stop.await(PACE.toMillis(), TimeUnit.MILLISECONDS); i++) {
                call(s3, bucket, keys.get(i % keys.size()));
            }
        } catch (SdkException e) {
            say(Line.FAILED, describe(e));
        }
    }

    /** Reports the table that a user would print, one row a line. */
    private static void explain(LanyardDefaultCredentialsProvider credentials) {
        for (SourceReport source : credentials.explain(true).sources()) {
            say(
                    Line.EXPLAINED,
                    source.name().name(),
                    source.state().toString(),
                    source.identity().or(source::probed).map(Object::toString).orElse(""));
        }
    }

    private static void call(S3Client s3, String bucket, String key) {
        try {
            read(s3, bucket, key);
            say(Line.SERVED);
        } catch (SdkException e) {
            say(Line.FAILED, describe(e));
        }
    }

    private static List<String> list(S3Client s3, String bucket) {
        return s3.listObjectsV2(request -> request.bucket(bucket).prefix("orders/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static String read(S3Client s3, String bucket, String key) {
        return s3.getObjectAsBytes(request -> request.bucket(bucket).key(key)).asUtf8String();
    }

    private static String awsVariables() {
        return System.getenv().keySet().stream()
                .filter(name -> name.startsWith("AWS_"))
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static String describe(SdkException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static CountDownLatch stopAtEndOfInput() {
        CountDownLatch stop = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        System.in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // the parent has exited
                    }
                    stop.countDown();
                },
                "stdin");
        thread.setDaemon(true);
        thread.start();
        return stop;
    }

    private static void say(Line line, String... fields) {
        byte[] text = (line.text(fields) + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(text, 0, text.length);
        System.out.flush();
    }

    /** A kind of line on stdout, with its fields. */
    enum Line {
        /** Start: the names of the AWS variables in the environment. */
        ENVIRONMENT,
        /** First credentials: milliseconds, access key id, account. */
        CREDENTIALS,
        /** First list: number of objects. */
        LISTED,
        /** First read: key, characters. */
        READ,
        /** A source of the chain: name, state, identity of its credentials. */
        EXPLAINED,
        /** One more successful call. */
        SERVED,
        /** A failed call: the exception. */
        FAILED,
        /** The last line. */
        DONE;

        private static final String MARK = "demo:";

        String text(String... fields) {
            StringBuilder text = new StringBuilder(MARK).append(name());
            for (String field : fields) {
                text.append('\t').append(field.replaceAll("\\s+", " "));
            }
            return text.toString();
        }

        /** Parses a line of stdout; null if the application did not write it with {@link #text}. */
        static Event.@Nullable Said parse(String text) {
            if (!text.startsWith(MARK)) {
                return null;
            }
            List<String> parts = List.of(text.substring(MARK.length()).split("\t", -1));
            return new Event.Said(valueOf(parts.get(0)), parts.subList(1, parts.size()));
        }
    }
}
