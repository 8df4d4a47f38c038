// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Environment;
import io.lanyard.spi.MalformedResponseException;
import io.lanyard.spi.Scheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * Carries requests to the agent over an HTTP client of the AWS SDK.
 *
 * <p>The client's call runs on a thread of {@link Scheduler#shared()}, and the loading thread waits for it until the
 * deadline: a client may ignore {@link ExecutableHttpRequest#abort}, or block in it. At the deadline the exchange is
 * abandoned: it is aborted on another shared thread, and whatever it returns later is closed. While {@value #MOST_STUCK}
 * abandoned calls have not returned, the next request fails without being sent, so that a client that hangs occupies a
 * bounded number of threads.
 *
 * <p>A request is refused, not sent, when a proxy would receive it, and when the address was checked but the client
 * would resolve the name again (https to a name). Over http the URL has the checked address.
 */
final class SdkHttpTransport implements AgentTransport {

    /** How many abandoned calls may be left behind. */
    static final int MOST_STUCK = 3;

    /** As for the default transport; the agents' heads have some 300 bytes. */
    private static final int HEAD_LIMIT = 32 * 1024;

    private final SdkHttpClient client;
    private final Environment environment;
    private final AtomicInteger stuck = new AtomicInteger();

    SdkHttpTransport(SdkHttpClient client) {
        this(client, Environment.system());
    }

    /** With another environment to look for proxies in; the clients of the SDK read the process's. */
    SdkHttpTransport(SdkHttpClient client, Environment environment) {
        this.client = client;
        this.environment = environment;
    }

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        if (stuck.get() >= MOST_STUCK) {
            throw new IOException(MOST_STUCK + " earlier requests of the HTTP client have not returned although their"
                    + " deadline has passed; no new request is sent until one of them returns");
        }
        Exchange exchange = new Exchange(request);
        try {
            Scheduler.shared().execute(exchange);
        } catch (RuntimeException e) {
            throw new IOException("no thread is available for the HTTP client: "
                    + e.getClass().getSimpleName());
        }
        return exchange.await(request.connectTimeout().plus(request.timeout()).toNanos());
    }

    /** Where an exchange stands. */
    private enum State {
        /** No thread has begun it. */
        WAITING,
        /** A shared thread is in the client's call. */
        RUNNING,
        /** It has an outcome, which the loading thread takes. */
        DONE,
        /** The loading thread has gone; the outcome is dropped. */
        ABANDONED
    }

    /** One request, owned by the shared thread that runs it until its end. */
    private final class Exchange implements Runnable {
        private final AgentRequest request;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile @Nullable ExecutableHttpRequest call;
        private @Nullable AgentResponse response; // published by the latch
        private @Nullable Throwable failure; // published by the latch

        Exchange(AgentRequest request) {
            this.request = request;
        }

        @Override
        public void run() {
            if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
                return;
            }
            try {
                response = exchange();
            } catch (IOException | RuntimeException | Error e) { // the loading thread waits for an outcome
                failure = e;
            } finally {
                if (!state.compareAndSet(State.RUNNING, State.DONE)) {
                    stuck.decrementAndGet();
                }
                done.countDown();
            }
        }

        AgentResponse await(long nanos) throws IOException {
            try {
                if (!done.await(nanos, TimeUnit.NANOSECONDS) && abandon()) {
                    throw new SocketTimeoutException("the answer was not complete in time");
                }
                done.await(); // at once: there is an outcome, perhaps since the last moment
            } catch (InterruptedException e) {
                abandon();
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the agent's answer");
            }
            if (response != null) {
                return response;
            }
            throw asIoException(failure);
        }

        /** Gives the exchange up, unless it has an outcome. */
        private boolean abandon() {
            if (state.compareAndSet(State.WAITING, State.ABANDONED)) {
                return true;
            }
            if (!state.compareAndSet(State.RUNNING, State.ABANDONED)) {
                return false;
            }
            stuck.incrementAndGet();
            try {
                Scheduler.shared().execute(this::abort);
            } catch (RuntimeException e) {
                // no thread is available to abort it; the client's own timeouts end it
            }
            return true;
        }

        private void abort() {
            ExecutableHttpRequest running = call;
            if (running != null) {
                running.abort();
            }
        }

        private AgentResponse exchange() throws IOException {
            boolean pins = client instanceof AgentHttpClient agentClient && agentClient.pinsAddresses();
            refuseUnpinned(pins);
            List<String> hosts = hosts(request, pins);
            refuseProxy(hosts);
            for (int i = 0; ; i++) {
                try {
                    return ask(hosts.get(i));
                } catch (ConnectException | NoRouteToHostException e) {
                    if (i == hosts.size() - 1 || state.get() != State.RUNNING) {
                        throw e;
                    }
                }
            }
        }

        private AgentResponse ask(String host) throws IOException {
            HttpExecuteRequest http = HttpExecuteRequest.builder()
                    .request(httpRequest(request, host))
                    .build();
            ExecutableHttpRequest prepared = client instanceof AgentHttpClient agentClient
                    ? agentClient.prepareRequest(http, request)
                    : client.prepareRequest(http);
            call = prepared;
            if (state.get() != State.RUNNING) { // who abandons it afterwards sees the call
                throw new SocketTimeoutException("abandoned before it was sent");
            }
            HttpExecuteResponse answer = prepared.call();
            if (state.get() != State.RUNNING) {
                drop(answer);
                throw new SocketTimeoutException("abandoned before it was read");
            }
            return read(answer, request.bodyLimit());
        }

        private void refuseUnpinned(boolean pins) throws IOException {
            boolean literal = request.host().startsWith("[")
                    || request.addresses().stream()
                            .anyMatch(address -> address.getHostAddress().equals(request.host()));
            if (request.secure() && !pins && !literal && !request.addresses().isEmpty()) {
                throw new IOException("the HTTP client cannot be bound to the checked address of " + request.host()
                        + " over https; use AgentHttpClients.apache(), no HTTP client, or an IP address");
            }
        }

        private void refuseProxy(List<String> hosts) throws IOException {
            AgentHttpClient.Proxies proxies =
                    client instanceof AgentHttpClient agentClient ? agentClient.proxies() : AgentHttpClient.Proxies.ANY;
            String setting = ProxySettings.applying(request, hosts, proxies, environment);
            if (setting != null) {
                throw new IOException("not sent, because " + setting + " may lead the HTTP client to a proxy, which"
                        + " would receive the token; use AgentHttpClients.urlConnection(), or no HTTP client");
            }
        }
    }

    /** An HTTP client's own words might quote the request. */
    private static IOException asIoException(@Nullable Throwable failure) {
        if (failure instanceof IOException e) {
            return e;
        }
        if (failure instanceof UncheckedIOException && failure.getCause() instanceof IOException e) {
            return e;
        }
        return new IOException("the HTTP client failed: "
                + (failure == null ? "no answer" : failure.getClass().getSimpleName()));
    }

    private static AgentResponse read(HttpExecuteResponse answer, int bodyLimit) throws IOException {
        Map<String, String> headers = new HashMap<>();
        int[] size = {0};
        answer.httpResponse().forEachHeader((name, values) -> {
            String value = String.join(",", values);
            size[0] += name.length() + value.length();
            headers.put(name, value);
        });
        if (size[0] > HEAD_LIMIT) {
            drop(answer);
            throw new MalformedResponseException("the answer's head is too long");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        boolean complete = true;
        AbortableInputStream body = answer.responseBody().orElse(null);
        if (body != null) {
            complete = false;
            try {
                complete = readToEnd(body, bytes, bodyLimit);
            } finally {
                if (!complete) {
                    body.abort(); // closing might read an endless body to its end
                }
                body.close();
            }
        }
        return new AgentResponse(answer.httpResponse().statusCode(), headers, bytes.toByteArray(), !complete);
    }

    /** Frees the connection of an answer that is not read. */
    private static void drop(HttpExecuteResponse answer) throws IOException {
        AbortableInputStream body = answer.responseBody().orElse(null);
        if (body != null) {
            body.abort();
            body.close();
        }
    }

    /** Reads up to the limit, and says whether that was all. */
    private static boolean readToEnd(InputStream body, ByteArrayOutputStream into, int limit) throws IOException {
        byte[] buffer = new byte[4096];
        while (into.size() < limit) {
            int read = body.read(buffer, 0, Math.min(buffer.length, limit - into.size()));
            if (read < 0) {
                return true;
            }
            into.write(buffer, 0, read);
        }
        return body.read() < 0;
    }

    private static SdkHttpFullRequest httpRequest(AgentRequest request, String host) {
        SdkHttpFullRequest.Builder http = SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(request.scheme())
                .host(host)
                .port(request.port())
                // query included: taken apart into parameters it would not go out byte for byte
                .encodedPath(request.target())
                .putHeader("Host", request.authority())
                .putHeader("Connection", "close"); // the next request is minutes away
        request.headers().forEach(http::putHeader);
        return http.build();
    }

    /** The hosts for the URL, to be tried in turn: the checked addresses, unless the client is bound to them itself. */
    private static List<String> hosts(AgentRequest request, boolean pins) {
        if (pins
                || request.secure()
                || request.addresses().isEmpty()
                || request.host().startsWith("[")) {
            return List.of(request.host());
        }
        List<String> hosts = new ArrayList<>();
        for (InetAddress address : request.addresses()) {
            hosts.add(literal(address));
        }
        return hosts;
    }

    /** An address as a URL has it. */
    static String literal(InetAddress address) {
        String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return text;
        }
        int zone = text.indexOf('%');
        return "[" + (zone < 0 ? text : text.substring(0, zone)) + "]";
    }
}
