// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.testsupport.Evidence;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A world without sockets and without waiting: settings, files, names, an agent that answers by script, and a clock that
 * only sleeping moves. Loads run on the caller's thread.
 */
public final class SourceWorld implements AgentTransport, Environment, HostResolver, Clock {

    static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    static final String URI = "http://169.254.170.23/v1/credentials";
    static final String TOKEN_PATH = "/var/run/secrets/token";
    static final String GOOD = good("2026-11-22T16:00:00Z");

    /** What the agent does with one request. */
    @FunctionalInterface
    interface Answer {
        AgentResponse to(AgentRequest request) throws IOException;
    }

    /** What reading a file gives. */
    @FunctionalInterface
    interface Content {
        byte[] read() throws IOException;
    }

    final Map<String, String> variables = new HashMap<>();
    final Map<String, String> properties = new HashMap<>();
    final Map<String, Content> files = new HashMap<>();
    final Map<String, List<InetAddress>> names = new HashMap<>();
    final List<String> touched = new ArrayList<>();
    final List<AgentRequest> requests = new ArrayList<>();
    final List<Duration> pauses = new ArrayList<>();
    private final Deque<Answer> script = new ArrayDeque<>();
    private Answer standing = answer(200, GOOD);
    private Duration passed = Duration.ZERO;
    private Duration healAt = Duration.ZERO;
    private @Nullable Consumer<SourceWorld> healing;

    ContainerCredentialsSource.Builder builder() {
        return ContainerCredentialsSource.builder()
                .environment(this)
                .hostResolver(this)
                .transport(this)
                .clock(this)
                .executor(Runnable::run);
    }

    /** A source of the EKS agent that fails after its ordinary attempts. */
    ContainerCredentialsSource.Builder impatient() {
        return builder().fullUri(URI).startupPatience(Duration.ZERO);
    }

    SourceWorld next(Answer... answers) {
        script.addAll(Arrays.asList(answers));
        return this;
    }

    SourceWorld always(Answer answer) {
        standing = answer;
        return this;
    }

    /** Puts a token into the file, as UTF-8. */
    SourceWorld token(String text) {
        files.put(TOKEN_PATH, () -> text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    void pass(Duration duration) {
        passed = passed.plus(duration);
        Consumer<SourceWorld> due = healing;
        if (due != null && passed.compareTo(healAt) >= 0) {
            healing = null;
            due.accept(this);
        }
    }

    /** Lets something happen when the clock has come so far. */
    void healAfter(Duration duration, Consumer<SourceWorld> healing) {
        this.healAt = passed.plus(duration);
        this.healing = healing;
    }

    Duration passed() {
        return passed;
    }

    @Nullable
    String sentToken(int request) {
        return requests.get(request).headers().get("Authorization");
    }

    public static CredentialsException failure(ContainerCredentialsSource source) {
        try {
            source.resolve();
        } catch (CredentialsException e) {
            return Evidence.caught("source", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("there are credentials");
    }

    static String good(String expiration) {
        return "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"secret-CANARY\",\"Token\":\"session-CANARY\","
                + "\"Expiration\":\"" + expiration + "\"}";
    }

    static Answer answer(int status, String body) {
        return answer(status, body, Map.of());
    }

    static Answer answer(int status, String body, Map<String, String> headers) {
        return request -> new AgentResponse(status, headers, body.getBytes(StandardCharsets.UTF_8), false);
    }

    static Answer refused() {
        return request -> {
            throw new ConnectException("Connection refused");
        };
    }

    static Answer broken(String message) {
        return request -> {
            throw new IOException(message);
        };
    }

    public static InetAddress address(int... bytes) {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(raw);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        touched.add("agent");
        requests.add(request);
        Answer answer = script.poll();
        return (answer == null ? standing : answer).to(request);
    }

    @Override
    public @Nullable String variable(String name) {
        touched.add("variable " + name);
        return variables.get(name);
    }

    @Override
    public @Nullable String property(String name) {
        touched.add("property " + name);
        return properties.get(name);
    }

    @Override
    public byte[] readFile(String path, int limit) throws IOException {
        touched.add("file " + path);
        Content content = files.get(path);
        if (content == null) {
            throw new NoSuchFileException(path);
        }
        byte[] bytes = content.read();
        return bytes.length > limit ? Arrays.copyOf(bytes, limit) : bytes;
    }

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        touched.add("name " + host);
        List<InetAddress> addresses = names.get(host);
        if (addresses == null) {
            throw new UnknownHostException(host);
        }
        return addresses;
    }

    @Override
    public long epochMillis() {
        return START.plus(passed).toEpochMilli();
    }

    @Override
    public long nanoTime() {
        return passed.toNanos();
    }

    @Override
    public void sleep(Duration duration) {
        pauses.add(duration);
        pass(duration);
    }
}
