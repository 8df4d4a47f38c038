// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.internal.transport.SocketTransport;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.Clock;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.ConformanceVector;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.RawServer;
import io.lanyard.testsupport.VectorWorld;
import io.lanyard.testsupport.VectorWorld.Reply;
import io.lanyard.testsupport.VirtualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What the tests of the AWS SDKs and of the agents say about container credentials, held against Lanyard.
 *
 * <p>Each vector goes through three doors: the loader, the public source, and the public source with the real transport
 * and a server on loopback. {@code -Dlanyard.conformance=FILE} runs another file of vectors.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {

    private static final Set<String> SENDS_NOTHING =
            Set.of("HOST_NOT_ALLOWED", "INVALID_URI", "INVALID_TOKEN", "TOKEN_FILE_UNREADABLE", "NOT_CONFIGURED");

    private final RawServer server = new RawServer();
    private final List<String> passed = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();

    /** Gives credentials or fails. */
    private interface Door {
        ContainerCredentials open() throws InterruptedException;
    }

    @TestFactory
    Stream<DynamicTest> everyVectorHolds() {
        return ConformanceVector.all().stream()
                .map(vector -> dynamicTest(vector.id(), () -> {
                    try {
                        holds(vector);
                        passed.add(vector.id());
                    } catch (AssertionError | RuntimeException e) {
                        failed.add(vector.id());
                        // reports have a number only
                        throw new AssertionError(vector.id() + ": " + e.getMessage(), e);
                    }
                }));
    }

    /** The build prints the file's line, for what tests print goes into files. */
    @AfterAll
    void sayHowManyPassed() throws IOException {
        server.close();
        int total = ConformanceVector.all().size();
        String line = "conformance: " + passed.size() + " of " + total;
        Files.createDirectories(Evidence.target());
        Files.writeString(Evidence.target().resolve("conformance.txt"), line + "\n");
        assertThat(failed).as(line).isEmpty();
        assertThat(passed).as(line).hasSize(total);
    }

    private void holds(ConformanceVector vector) {
        vector.requireUnderstood();
        if (vector.bypassCache() || vector.fetches() == 1) {
            throughTheLoader(vector);
        }
        if (!vector.bypassCache()) {
            throughTheSource(vector, VectorWorld::inMemory);
            if (vector.calls() > 0 && !vector.takesTime()) {
                throughTheSource(vector, this::overSocket);
            }
        }
    }

    private static void throughTheLoader(ConformanceVector vector) {
        VectorWorld world = new VectorWorld(vector, VectorWorld::inMemory);
        ContainerCredentialsSource.Builder builder = builder(vector, world);
        List<CredentialsLoader> loader = new ArrayList<>();
        check(vector, world, () -> {
            if (loader.isEmpty()) {
                loader.add(new ContainerConfiguration(builder).loader());
            }
            return Evidence.seen("of " + vector, loader.get(0).load()).value();
        });
    }

    private static void throughTheSource(ConformanceVector vector, VectorWorld.Carrier carrier) {
        VectorWorld world = new VectorWorld(vector, carrier);
        ContainerCredentialsSource source = Evidence.seen(
                "of " + vector,
                Evidence.seen("of " + vector, builder(vector, world)).build());
        assertThat(world.fileReads() + world.lookUps() + world.calls())
                .as("what building a source costs")
                .isZero();
        check(vector, world, source::resolve);
    }

    private static ContainerCredentialsSource.Builder builder(ConformanceVector vector, VectorWorld world) {
        ContainerCredentialsSource.Builder builder = ContainerCredentialsSource.builder()
                .environment(world)
                .hostResolver(world.resolver())
                .clock(world.clock())
                .transport(world)
                .executor(Runnable::run)
                .startupPatience(Duration.ZERO)
                .maxAttempts(vector.maxAttempts());
        String endpoint = vector.endpointOverride();
        return endpoint == null ? builder : builder.serviceEndpoint(endpoint);
    }

    private static void check(ConformanceVector vector, VectorWorld world, Door door) {
        for (int fetch = 0; fetch < vector.fetches(); fetch++) {
            if (fetch > 0) {
                world.clock().advance(vector.between());
            }
            try {
                ContainerCredentials credentials = Evidence.seen("of " + vector, door.open());
                assertThat(world.problems()).isEmpty();
                assertThat(vector.fails())
                        .as("credentials in place of %s", vector.category())
                        .isFalse();
                checkCredentials(vector.expect(), credentials);
            } catch (CredentialsException e) {
                Evidence.caught("conformance " + vector, e);
                assertThat(world.problems()).isEmpty();
                checkFailure(vector, e);
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts this test", e);
            }
        }
        assertThat(world.problems()).isEmpty();
        assertThat(world.calls()).as("requests").isEqualTo(vector.requests());
        if (SENDS_NOTHING.contains(vector.category())) {
            assertThat(world.calls()).as("requests").isZero();
        }
        if (vector.category().equals("NOT_CONFIGURED")) {
            assertThat(world.fileReads()).as("files read").isZero();
            assertThat(world.lookUps()).as("names looked up").isZero();
        }
    }

    private static void checkCredentials(JsonNode expect, ContainerCredentials credentials) {
        JsonNode ok = expect.path("ok");
        assertThat(credentials.accessKeyId()).isEqualTo(ok.path("accessKeyId").textValue());
        assertThat(credentials.secretAccessKey())
                .isEqualTo(ok.path("secretAccessKey").textValue());
        assertThat(credentials.sessionToken().orElse(null))
                .isEqualTo(ok.path("sessionToken").textValue());
        assertThat(credentials.expiration().orElse(null))
                .isEqualTo(
                        ok.has("expiration")
                                ? Instant.parse(ok.path("expiration").textValue())
                                : null);
        assertThat(credentials.accountId().orElse(null))
                .isEqualTo(ok.path("accountId").textValue());
        for (JsonNode text : expect.path("notContains")) {
            assertThat(credentials.toString()).doesNotContain(text.textValue());
        }
    }

    private static void checkFailure(ConformanceVector vector, CredentialsException failure) {
        JsonNode expect = vector.expect();
        assertThat(vector.fails()).as("credentials, not %s", failure).isTrue();
        assertThat(failure.category().name()).isEqualTo(vector.category());
        if (expect.has("status")) {
            assertThat(failure.status()).hasValue(expect.path("status").intValue());
        }
        if (expect.has("code")) {
            assertThat(failure.serviceCode()).contains(expect.path("code").textValue());
        }
        for (JsonNode text : expect.path("contains")) {
            assertThat(failure).hasMessageContaining(text.textValue());
        }
        for (JsonNode text : expect.path("notContains")) {
            assertThat(Evidence.stackTrace(failure).contains(text.textValue()))
                    .as("what must not be told is told")
                    .isFalse();
        }
    }

    /** The same exchange with the real transport: only the way is another, namely to a server of the test's. */
    private AgentResponse overSocket(AgentRequest request, Reply reply, VirtualClock clock) throws IOException {
        server.answer(reply.status() == 0 ? List.of() : wire(reply));
        AgentRequest rerouted = new AgentRequest(
                "http",
                request.host(),
                server.port(),
                List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                request.target(),
                request.headers(),
                request.connectTimeout(),
                request.timeout(),
                request.bodyLimit());
        try {
            return new SocketTransport(HostResolver.literalsOnly(), Clock.system(), Scheduler.shared(), null)
                    .get(rerouted);
        } finally {
            StringBuilder head = new StringBuilder("GET " + request.target() + " HTTP/1.1\r\n");
            head.append("Host: " + request.host() + ":" + server.port() + "\r\n");
            request.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
            head.append("Connection: close\r\n\r\n");
            assertThat(head.toString().equals(server.head()))
                    .as("the request on the wire is the one that was asked for")
                    .isTrue();
        }
    }

    private static List<byte[]> wire(Reply reply) throws IOException {
        boolean chunked = reply.pieces().size() > 1;
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Whatever\r\n");
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            head.append(header.getKey() + ": " + header.getValue() + "\r\n");
        }
        head.append(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + reply.body().length);
        List<byte[]> wire = new ArrayList<>();
        wire.add((head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        for (byte[] piece : reply.pieces()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            if (chunked && piece.length > 0) {
                bytes.write((Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                bytes.write(piece);
                bytes.write(new byte[] {'\r', '\n'});
            } else {
                bytes.write(piece);
            }
            wire.add(bytes.toByteArray());
        }
        if (chunked) {
            wire.add("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        return wire;
    }
}
