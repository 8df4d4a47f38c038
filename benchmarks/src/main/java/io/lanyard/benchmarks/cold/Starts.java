// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * The main classes of the measured JVMs, separate so that each loads only its own classes. A JVM that receives no
 * credentials exits with an exception and so with a status other than 0.
 */
final class Starts {
    private Starts() {}

    /** Does nothing. */
    static final class Bare {
        private Bare() {}

        public static void main(String[] args) {}
    }

    /** Only exchanges a request and a response with the agent, without parsing the response. */
    static final class Exchange {
        private Exchange() {}

        public static void main(String[] args) throws IOException {
            URI agent = URI.create(System.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
            String token = Files.readString(Path.of(System.getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")));
            exchange(agent, token);
        }

        static void exchange(URI agent, String token) throws IOException {
            StringBuilder request = new StringBuilder("GET ");
            request.append(agent.getRawPath()).append(" HTTP/1.1\r\nHost: ").append(agent.getAuthority());
            request.append("\r\nAuthorization: ").append(token).append("\r\nConnection: close\r\n\r\n");
            try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                socket.connect(new InetSocketAddress(agent.getHost(), agent.getPort()), 2_000);
                socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
                byte[] answer = socket.getInputStream().readAllBytes();
                if (!new String(answer, StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 200 ")) {
                    throw new IOException("the agent did not return credentials");
                }
            }
        }
    }

    /** The limit: the same exchange in a minimal provider with the SDK's types. */
    static final class Limit implements AwsCredentialsProvider {
        private Limit() {}

        public static void main(String[] args) {
            check(new Limit().resolveCredentials());
        }

        @Override
        public AwsCredentials resolveCredentials() {
            try {
                Exchange.main(new String[0]);
            } catch (IOException e) {
                throw SdkClientException.create("the exchange failed", e);
            }
            return AwsSessionCredentials.builder()
                    .accessKeyId("ASIA")
                    .secretAccessKey("not parsed")
                    .sessionToken("not parsed")
                    .expirationTime(Instant.MAX)
                    .build();
        }
    }

    /** Uses the SDK's container provider. */
    static final class SdkProvider {
        private SdkProvider() {}

        public static void main(String[] args) {
            check(ContainerCredentialsProvider.create().resolveCredentials());
        }
    }

    /** Uses the SDK's default chain. */
    static final class SdkChain {
        private SdkChain() {}

        public static void main(String[] args) {
            check(DefaultCredentialsProvider.builder().build().resolveCredentials());
        }
    }

    /** Uses Lanyard's container provider. */
    static final class LanyardProvider {
        private LanyardProvider() {}

        public static void main(String[] args) {
            check(LanyardContainerCredentialsProvider.create().resolveCredentials());
        }
    }

    /** Uses Lanyard's default chain. */
    static final class LanyardChain {
        private LanyardChain() {}

        public static void main(String[] args) {
            check(LanyardDefaultCredentialsProvider.create().resolveCredentials());
        }
    }

    private static void check(AwsCredentials credentials) {
        if (credentials.expirationTime().isEmpty()) {
            throw new IllegalStateException("the credentials are not those of the agent");
        }
    }
}
