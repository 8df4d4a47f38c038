// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.testing.Child;
import io.lanyard.testsupport.SocketTransportPeer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** https to a loopback server whose certificate names agent.example and 127.0.0.1, made by keytool at the start. */
@Execution(ExecutionMode.CONCURRENT)
@Tag("slow")
class TlsTest {

    private static final String TOKEN = "eyJ.token-CANARY";
    private static final String GOOD = SourceWorld.good("2099-01-01T00:00:00Z");
    private static final char[] PASSWORD = "changeit".toCharArray();

    private static SSLContext server;
    private static SSLContext trusting;
    private static SSLContext distrusting;

    @BeforeAll
    static void certificates(@TempDir Path directory) throws Exception {
        KeyStore agent = generate(directory.resolve("agent.p12"), "agent.example");
        KeyStore stranger = generate(directory.resolve("stranger.p12"), "agent.example");
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(agent, PASSWORD);
        server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);
        trusting = trusting(agent);
        distrusting = trusting(stranger);
        // loads and links what a first handshake needs, which is no part of any bound
        try (SocketTransportPeer peer = agent()) {
            source("agent.example", peer.port(), trusting).build().resolve();
        }
    }

    private static KeyStore generate(Path store, String name) throws Exception {
        ProcessBuilder keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "agent",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name + ",ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true);
        Child.Ended ended = Child.run(keytool, Duration.ofSeconds(60));
        assertThat(ended.status()).as(ended.output()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static SSLContext trusting(KeyStore certificates) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("agent", certificates.getCertificate("agent"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void the_right_name_with_a_trusted_certificate_gives_credentials() throws Exception {
        try (SocketTransportPeer peer = agent()) {
            assertThat(source("agent.example", peer.port(), trusting)
                            .build()
                            .resolve()
                            .accessKeyId())
                    .isEqualTo("ASIAEXAMPLE");
            assertThat(peer.head())
                    .startsWith("GET /p%20q/?a=%2F&b HTTP/1.1\r\nHost: agent.example:" + peer.port() + "\r\n")
                    .contains("\r\nAuthorization: " + TOKEN + "\r\n");
        }
    }

    @Test
    void the_right_address_with_a_trusted_certificate_gives_credentials() throws Exception {
        try (SocketTransportPeer peer = agent()) {
            assertThat(source("127.0.0.1", peer.port(), trusting)
                            .build()
                            .resolve()
                            .accessKeyId())
                    .isEqualTo("ASIAEXAMPLE");
        }
    }

    @Test
    void a_name_that_the_certificate_does_not_have_is_refused_before_the_token_is_sent() throws Exception {
        try (SocketTransportPeer peer = agent()) {
            CredentialsException failure = SourceWorld.failure(
                    source("other.example", peer.port(), trusting).build());

            assertUnsent(failure, peer);
            assertThat(failure).hasRootCauseMessage("No subject alternative DNS name matching other.example found.");
        }
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_refused_before_the_token_is_sent() throws Exception {
        try (SocketTransportPeer peer = agent()) {
            assertUnsent(
                    SourceWorld.failure(
                            source("agent.example", peer.port(), distrusting).build()),
                    peer);
        }
    }

    @Test
    void without_a_context_the_jvms_own_decides() throws Exception {
        try (SocketTransportPeer peer = agent()) {
            assertUnsent(
                    SourceWorld.failure(
                            source("agent.example", peer.port(), null).build()),
                    peer);
        }
    }

    @Test
    void a_server_without_tls_is_refused_before_the_token_is_sent() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.replying(
                (socket, out) -> out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))) {
            CredentialsException failure = SourceWorld.failure(source("agent.example", peer.port(), trusting)
                    .attemptTimeout(Duration.ofSeconds(1))
                    .build());

            assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
            assertThat(peer.sawNothing()).isTrue();
        }
    }

    @Test
    void a_silence_in_the_handshake_ends_by_the_attempt_timeout_and_is_told_as_one() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread silent = new Thread(() -> {
                try (Socket socket = listener.accept()) {
                    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
                    assertThat(socket.isConnected()).isTrue();
                } catch (IOException | InterruptedException e) {
                    // the test is over
                }
            });
            silent.start();

            long start = System.nanoTime();
            CredentialsException failure =
                    SourceWorld.failure(source("agent.example", listener.getLocalPort(), trusting)
                            .attemptTimeout(Duration.ofMillis(700))
                            .build());
            done.countDown();

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(650), Duration.ofSeconds(5));
            assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
            // a certificate was never seen, so none is to blame
            assertThat(failure.remedy().orElse("")).doesNotContain("certificate");
        }
    }

    @Test
    void a_drip_in_the_handshake_ends_by_the_attempt_timeout() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CountDownLatch done = new CountDownLatch(1);
            Thread dripping = new Thread(() -> {
                try (Socket socket = listener.accept()) {
                    OutputStream out = socket.getOutputStream();
                    // a record of handshake data that is 16 KiB long, byte by byte
                    byte[] head = {22, 3, 3, 0x40, 0, 2, 0, 0x3f, (byte) 0xfc};
                    for (int i = 0; done.getCount() > 0; i++) {
                        out.write(i < head.length ? head[i] : 0);
                        assertThat(done.await(50, TimeUnit.MILLISECONDS)).isFalse();
                    }
                } catch (IOException | InterruptedException | AssertionError e) {
                    // the client left
                }
            });
            dripping.start();

            long start = System.nanoTime();
            CredentialsException failure =
                    SourceWorld.failure(source("agent.example", listener.getLocalPort(), trusting)
                            .attemptTimeout(Duration.ofSeconds(1))
                            .build());
            done.countDown();

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(950), Duration.ofSeconds(5));
            assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        }
    }

    @Test
    void a_drip_inside_tls_ends_by_the_attempt_timeout() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (SocketTransportPeer peer = SocketTransportPeer.on(listener(), (socket, out) -> {
            for (byte b : "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n{".getBytes(StandardCharsets.US_ASCII)) {
                out.write(b);
                if (done.await(80, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        })) {
            long start = System.nanoTime();
            CredentialsException failure = SourceWorld.failure(source("agent.example", peer.port(), trusting)
                    .attemptTimeout(Duration.ofMillis(1500))
                    .build());
            done.countDown();

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1400), Duration.ofSeconds(6));
            assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        }
    }

    /**
     * Each key update asks the client for an answer (RFC 8446, 4.6.3). A peer that reads none of them fills the client's
     * send buffer, and then a write of the client blocks, for which a socket has no timeout.
     */
    @Test
    void a_peer_that_asks_for_key_updates_and_reads_nothing_costs_at_most_the_attempt_timeout() throws Exception {
        SSLServerSocket listener = listener();
        listener.setReceiveBufferSize(2048);
        try (SocketTransportPeer peer = SocketTransportPeer.on(listener, (socket, out) -> {
            SSLSocket connection = (SSLSocket) socket;
            while (!connection.isClosed()) {
                connection.startHandshake(); // in TLS 1.3, on an open connection, a key update
            }
        })) {
            long start = System.nanoTime();
            CompletableFuture<ContainerCredentials> load = source("agent.example", peer.port(), trusting)
                    .attemptTimeout(Duration.ofSeconds(2))
                    .loadTimeout(Duration.ofMinutes(1))
                    .build()
                    .resolveAsync();

            Throwable failure = catchThrowable(() -> load.get(20, TimeUnit.SECONDS));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1800));
            assertThat(failure)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("the answer was not complete in time");
        }
    }

    private static SSLServerSocket listener() throws IOException {
        return (SSLServerSocket)
                server.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static SocketTransportPeer agent() throws IOException {
        byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Length: " + GOOD.length() + "\r\n\r\n" + GOOD)
                .getBytes(StandardCharsets.US_ASCII);
        return SocketTransportPeer.on(listener(), (socket, out) -> out.write(answer));
    }

    private static ContainerCredentialsSource.Builder source(String host, int port, @Nullable SSLContext context) {
        return ContainerCredentialsSource.builder()
                .fullUri("https://" + host + ":" + port + "/p%20q/?a=%2F&b")
                .hostResolver(name -> List.of(InetAddress.getLoopbackAddress()))
                .sslContext(context)
                .token(TOKEN)
                .maxAttempts(1);
    }

    private static void assertUnsent(CredentialsException failure, SocketTransportPeer peer) {
        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(failure).cause().hasCauseInstanceOf(SSLHandshakeException.class);
        assertThat(failure.remedy().orElseThrow()).contains("certificate");
        assertThat(failure).hasMessageNotContaining("CANARY");
        assertThat(peer.sawNothing()).isTrue();
    }
}
