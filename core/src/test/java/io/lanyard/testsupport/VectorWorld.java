// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import static io.lanyard.testsupport.ConformanceVector.require;
import static io.lanyard.testsupport.ConformanceVector.requireKeys;

import com.fasterxml.jackson.databind.JsonNode;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The world as one vector has it: settings, files, names, time, and an agent that expects the listed calls and no others.
 *
 * <p>Whatever is not as the vector says is noted among the {@link #problems()}, for the code under test might survive
 * it. For one thread.
 */
public final class VectorWorld implements Environment, AgentTransport {

    /** Carries a listed call out: in memory, or over a real socket. */
    @FunctionalInterface
    public interface Carrier {
        AgentResponse carry(AgentRequest request, Reply reply, VirtualClock clock) throws IOException;
    }

    /**
     * An answer as the vector lists it.
     *
     * @param status the status; 0 when there is no answer
     * @param pieces the body, in the pieces in which it comes
     * @param ioError why there is no answer, or empty
     */
    public record Reply(int status, Map<String, String> headers, List<byte[]> pieces, Duration delay, String ioError) {

        /** The whole body. */
        public byte[] body() {
            int length = pieces.stream().mapToInt(piece -> piece.length).sum();
            byte[] body = new byte[length];
            int at = 0;
            for (byte[] piece : pieces) {
                System.arraycopy(piece, 0, body, at, piece.length);
                at += piece.length;
            }
            return body;
        }

        @Override
        public String toString() {
            return "Reply(" + status + ")";
        }
    }

    private final ConformanceVector vector;
    private final Carrier carrier;
    private final VirtualClock clock;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Integer> reads = new HashMap<>();
    private final Map<String, Integer> lookUps = new HashMap<>();
    private int calls;

    public VectorWorld(ConformanceVector vector, Carrier carrier) {
        this.vector = vector;
        this.carrier = carrier;
        this.clock = new VirtualClock(vector.clock());
        vector.dns().fieldNames().forEachRemaining(name -> answers(vector.dns().path(name), name));
    }

    /** What was not as the vector has it. */
    public List<String> problems() {
        return problems;
    }

    /** How many requests were sent. */
    public int calls() {
        return calls;
    }

    /** How often a file was read. */
    public int fileReads() {
        return reads.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How often a name was looked up. */
    public int lookUps() {
        return lookUps.values().stream().mapToInt(Integer::intValue).sum();
    }

    public VirtualClock clock() {
        return clock;
    }

    private AssertionError problem(String what) {
        problems.add(what);
        return new AssertionError(vector.id() + ": " + what);
    }

    // settings and files

    @Override
    public String variable(String name) {
        return vector.env().path(name).textValue();
    }

    @Override
    public String property(String name) {
        return null;
    }

    @Override
    public byte[] readFile(String path, int limit) throws IOException {
        int read = reads.merge(path, 1, Integer::sum) - 1;
        JsonNode file = vector.files().path(path);
        if (file.isArray()) {
            file = file.path(Math.min(read, file.size() - 1));
        }
        byte[] content = content(file, path);
        return content.length <= limit ? content : Arrays.copyOf(content, limit);
    }

    private byte[] content(JsonNode file, String path) throws IOException {
        if (file.isMissingNode()) {
            throw new NoSuchFileException(path);
        }
        if (file.isTextual()) {
            return file.textValue().getBytes(StandardCharsets.UTF_8);
        }
        if (file.isObject() && file.size() == 1) {
            if (file.path("base64").isTextual()) {
                return Base64.getDecoder().decode(file.path("base64").textValue());
            }
            if (file.path("dir").asBoolean(false)) {
                throw new IOException("Is a directory");
            }
            switch (file.path("error").asText()) {
                case "ENOENT" -> throw new NoSuchFileException(path);
                case "EACCES" -> throw new AccessDeniedException(path);
                case "EIO", "ESTALE", "EISDIR", "ELOOP", "EMFILE", "ENOTDIR", "EPERM" ->
                    throw new IOException(file.path("error").asText());
                default -> {
                    // said below
                }
            }
        }
        throw problem("the file " + path + " has an unknown shape");
    }

    // names

    /** The names of the vector; null in place of a resolver stands for one that takes literals only. */
    public HostResolver resolver() {
        return vector.config().has("dnsResolver") ? HostResolver.literalsOnly() : this::resolve;
    }

    private List<InetAddress> resolve(String host) throws UnknownHostException {
        int lookUp = lookUps.merge(host, 1, Integer::sum) - 1;
        JsonNode known = vector.dns().path(host);
        if (known.isMissingNode()) {
            throw problem("the name " + host + " was looked up");
        }
        List<JsonNode> answers = answers(known, host);
        JsonNode answer = answers.get(Math.min(lookUp, answers.size() - 1));
        if (answer.isObject()) {
            throw new UnknownHostException(host);
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (JsonNode address : answer) {
            // a literal: the JDK looks nothing up
            addresses.add(InetAddress.getByAddress(
                    host, InetAddress.getByName(address.textValue()).getAddress()));
        }
        return addresses;
    }

    private List<JsonNode> answers(JsonNode known, String host) {
        List<JsonNode> answers = new ArrayList<>();
        if (known.isArray() && known.path(0).isArray()) {
            known.forEach(answers::add);
        } else {
            answers.add(known);
        }
        for (JsonNode answer : answers) {
            boolean error = answer.isObject()
                    && answer.size() == 1
                    && Set.of("NXDOMAIN", "SERVFAIL")
                            .contains(answer.path("error").asText());
            boolean literals = answer.isArray();
            for (JsonNode address : answer) {
                literals &= address.asText().matches("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*");
            }
            require(error || literals, "the name " + host + " has an answer of an unknown shape");
        }
        return answers;
    }

    // the agent

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        calls++;
        Evidence.seen("of " + vector.id(), request);
        if (calls > vector.calls()) {
            throw problem("request " + calls + " is one too many");
        }
        JsonNode call = vector.http().path(calls - 1);
        requireKeys(call, Set.of("expect", "reply"), "a call");
        checkRequest(request, call.path("expect"));
        return Evidence.seen("of " + vector.id(), carrier.carry(request, reply(call.path("reply")), clock));
    }

    private void checkRequest(AgentRequest request, JsonNode expect) {
        requireKeys(expect, Set.of("method", "url", "headers"), "a call");
        // the transport knows no other method; the raw one is looked at over the socket
        require(expect.path("method").asText().equals("GET"), "a call has an unknown method");
        String wanted = normalised(expect.path("url").asText());
        String got = normalised(request.scheme() + "://" + request.authority() + request.target());
        if (!got.equals(wanted)) {
            problem("request " + calls + " went to " + got + " and not to " + wanted);
        }
        // the EKS agent compares texts: no capitals, and no zeros that "::" stands for
        if (request.host().startsWith("[") && !request.host().matches("\\[(?!.*:0+:)[0-9a-f:]+]")) {
            problem("request " + calls + " has an IPv6 host that is not in canonical text");
        }
        expect.path("headers").properties().forEach(header -> {
            String value = header(request.headers(), header.getKey());
            if (!header.getValue().asText().equals(value)) {
                problem("request " + calls + " has no header " + header.getKey() + " with the listed value");
            }
        });
        if (!expect.path("headers").has("Authorization") && header(request.headers(), "Authorization") != null) {
            problem("request " + calls + " has an Authorization header");
        }
        if (!request.secure() && request.addresses().isEmpty()) {
            problem("request " + calls + " leaves it to the transport where http goes to");
        }
        JsonNode connectTo = vector.config().path("expectConnectTo");
        if (!connectTo.isMissingNode()
                && !request.addresses().stream()
                        .map(InetAddress::getHostAddress)
                        .toList()
                        .equals(List.of(connectTo.asText()))) {
            problem("request " + calls + " goes to other addresses than " + connectTo.asText());
        }
    }

    private static String header(Map<String, String> headers, String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Scheme and host without case, an IPv6 host in one spelling, no standard port, and no empty path. */
    private static String normalised(String url) {
        int hostAt = url.indexOf("://") + 3;
        int targetAt = hostAt;
        while (targetAt < url.length() && "/?".indexOf(url.charAt(targetAt)) < 0) {
            targetAt++;
        }
        String scheme = url.substring(0, hostAt).toLowerCase(Locale.ROOT);
        String authority = url.substring(hostAt, targetAt).toLowerCase(Locale.ROOT);
        String target = url.substring(targetAt);
        String standardPort = scheme.equals("https://") ? ":443" : ":80";
        if (authority.endsWith(standardPort)) {
            authority = authority.substring(0, authority.length() - standardPort.length());
        }
        int bracket = authority.indexOf(']');
        if (bracket > 0) {
            try {
                String address = InetAddress.getByName(authority.substring(0, bracket + 1))
                        .getHostAddress();
                authority = "[" + address + authority.substring(bracket);
            } catch (UnknownHostException e) {
                throw new AssertionError("no IPv6 literal: " + authority, e);
            }
        }
        return scheme + authority + (target.startsWith("/") ? target : "/" + target);
    }

    private static Reply reply(JsonNode reply) {
        requireKeys(
                reply, Set.of("status", "headers", "body", "chunks", "ioError", "delayMillis", "bodyBytes"), "a reply");
        Duration delay = Duration.ofMillis(reply.path("delayMillis").asLong(0));
        if (reply.has("ioError")) {
            require(!reply.has("status"), "a reply is an answer or none");
            return new Reply(
                    0, Map.of(), List.of(), delay, reply.path("ioError").asText());
        }
        require(reply.path("status").isInt(), "a reply has a status");
        Map<String, String> headers = new LinkedHashMap<>();
        reply.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        String body = reply.path("body").asText("");
        List<byte[]> pieces = new ArrayList<>();
        if (reply.has("chunks")) {
            StringBuilder whole = new StringBuilder();
            for (JsonNode chunk : reply.path("chunks")) {
                whole.append(chunk.asText());
                pieces.add(chunk.asText().getBytes(StandardCharsets.UTF_8));
            }
            require(!reply.has("body") || whole.toString().equals(body), "the chunks of a reply are its body");
        } else {
            pieces.add(body.getBytes(StandardCharsets.UTF_8));
        }
        if (reply.has("bodyBytes")) {
            // white space up to the size that is asked for: what was JSON stays JSON
            int missing = reply.path("bodyBytes").asInt()
                    - pieces.stream().mapToInt(piece -> piece.length).sum();
            require(missing >= 0, "a reply is not longer than it says");
            byte[] padding = new byte[missing];
            Arrays.fill(padding, (byte) ' ');
            pieces.add(padding);
        }
        return new Reply(reply.path("status").intValue(), headers, pieces, delay, "");
    }

    /** Answers without a network. */
    public static AgentResponse inMemory(AgentRequest request, Reply reply, VirtualClock clock) throws IOException {
        if (reply.delay().compareTo(request.timeout()) > 0) {
            clock.advance(request.timeout());
            throw new SocketTimeoutException("Read timed out");
        }
        clock.advance(reply.delay());
        if (reply.status() == 0) {
            throw failure(reply.ioError());
        }
        byte[] body = reply.body();
        boolean truncated = body.length > request.bodyLimit();
        return new AgentResponse(
                reply.status(),
                reply.headers(),
                truncated ? Arrays.copyOf(body, request.bodyLimit()) : body,
                truncated);
    }

    private static IOException failure(String ioError) {
        String error = ioError.toLowerCase(Locale.ROOT);
        if (error.contains("timed out") || error.contains("timeout")) {
            return new SocketTimeoutException(ioError);
        }
        if (error.contains("econnrefused") || error.contains("connect failed")) {
            return new ConnectException(ioError);
        }
        return error.contains("unreach") ? new NoRouteToHostException(ioError) : new IOException(ioError);
    }
}
