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
 * An ordinary application: it says that it is up, and for each line on its stdin it asks its provider for credentials and
 * says how that went. Where credentials are, its environment says, as in a pod.
 */
final class Application {
    static final String UP = "up";

    private Application() {}

    /**
     * How a call went.
     *
     * @param served whether it gave credentials, and ones that had not ended
     * @param took the time that the caller waited
     * @param failedLoads how often the agent has been asked in vain so far, where the provider tells
     * @param text the access key id, or what went wrong
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
            text = served ? credentials.accessKeyId() : "credentials that have ended";
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
