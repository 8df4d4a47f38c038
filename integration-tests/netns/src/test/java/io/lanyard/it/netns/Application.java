// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * An ordinary application. It prints {@link #UP}; then, for each line on its stdin, it resolves credentials and prints an
 * {@link Answer}. As in a pod, the environment alone says where the credentials are.
 */
final class Application {
    static final String UP = "up";

    private Application() {}

    /**
     * The result of a call.
     *
     * @param served whether the call returned valid credentials
     * @param took the duration of the call
     * @param failedLoads the number of failed loads so far, if the provider reports it
     * @param text the access key id or the error
     */
    record Answer(boolean served, Duration took, long failedLoads, String text) {
        static Answer parse(String line) {
            String[] fields = line.split("\t", 4);
            return new Answer(
                    Boolean.parseBoolean(fields[0]), Duration.parse(fields[1]), Long.parseLong(fields[2]), fields[3]);
        }

        private String line() {
            return String.join("\t", Boolean.toString(served), took.toString(), Long.toString(failedLoads), text);
        }
    }

    /**
     * Runs until stdin ends.
     *
     * @param arguments the name of a {@link Provider}
     */
    public static void main(String[] arguments) throws IOException {
        AwsCredentialsProvider provider = Provider.valueOf(arguments[0]).create();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println(UP);
        while (orders.readLine() != null) {
            System.out.println(call(provider).line());
        }
    }

    private static Answer call(AwsCredentialsProvider provider) {
        boolean served = false;
        String text;
        long start = System.nanoTime();
        try {
            AwsCredentials credentials = provider.resolveCredentials();
            served = credentials.expirationTime().orElse(Instant.MAX).isAfter(Instant.now());
            text = served ? credentials.accessKeyId() : "expired credentials";
        } catch (SdkException e) {
            text = String.valueOf(e.getMessage());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        long failedLoads = provider instanceof LanyardContainerCredentialsProvider lanyard
                ? lanyard.status().failures()
                : 0;
        return new Answer(served, took, failedLoads, text);
    }
}
