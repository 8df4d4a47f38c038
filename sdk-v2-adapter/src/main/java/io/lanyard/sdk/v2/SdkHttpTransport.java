// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Sends requests to the agent over an HTTP client of the AWS SDK.
 *
 * <p>The client's call runs on a thread of {@link Scheduler#shared()}, and the loading thread waits for it until the
 * deadline: a client may ignore {@link ExecutableHttpRequest#abort}, or block in it. At the deadline the exchange is
 * abandoned: another shared thread aborts it, and a response that arrives later is closed. While {@link CallLimit} is
 * reached, a request fails without being sent.
 *
 * <p>A request also fails without being sent when a proxy would receive it, and when the address was checked but the
 * client would resolve the name again (https to a name). Over http the URL has the checked address.
 */
final class SdkHttpTransport implements AgentTransport {

    private final SdkHttpClient client;
    private final Environment environment;
    private final CallLimit limit = new CallLimit();

    SdkHttpTransport(SdkHttpClient client) {
        this(client, Environment.system());
    }

    /** Reads proxy settings from another environment; the SDK's clients read those of the process. */
    SdkHttpTransport(SdkHttpClient client, Environment environment) {
        this.client = client;
        this.environment = environment;
    }

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        if (limit.isReached()) {
            throw new IOException(
                    CallLimit.MOST_STUCK + " earlier requests of the HTTP client have not returned although their"
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

    /** One request. A shared thread runs it, and the loading thread awaits it. */
    private final class Exchange implements Runnable {
        private final AgentRequest request;
        private final CallLimit.Call call = limit.newCall();
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile @Nullable ExecutableHttpRequest prepared;
        private @Nullable AgentResponse response; // published by the latch
        private @Nullable Throwable failure; // published by the latch

        Exchange(AgentRequest request) {
            this.request = request;
        }

        @Override
        public void run() {
            if (!call.begin()) {
                return;
            }
            try {
                response = exchange();
            } catch (IOException | RuntimeException | Error e) { // the loading thread waits for an outcome
                failure = e;
            } finally {
                call.end();
                done.countDown();
            }
        }

        AgentResponse await(long nanos) throws IOException {
            try {
                if (!done.await(nanos, TimeUnit.NANOSECONDS) && abandon()) {
                    throw new SocketTimeoutException("the answer was not complete in time");
                }
                done.await(); // returns at once, because the call has ended
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

        /** Abandons and aborts the exchange. Returns false when it has an outcome. */
        private boolean abandon() {
            if (!call.abandon()) {
                return false;
            }
            ExecutableHttpRequest running = prepared;
            if (running != null) {
                try {
                    Scheduler.shared().execute(running::abort);
                } catch (RuntimeException e) {
                    // no thread is available to abort it; the client's own timeouts end it
                }
            }
            return true;
        }

        private AgentResponse exchange() throws IOException {
            boolean pins = client instanceof AgentHttpClient agentClient && agentClient.pinsAddresses();
            refuseUnpinned(pins);
            List<String> hosts = SdkHttpMessages.hosts(request, pins);
            refuseProxy(hosts);
            for (int i = 0; ; i++) {
                try {
                    return send(hosts.get(i));
                } catch (ConnectException | NoRouteToHostException e) {
                    if (i == hosts.size() - 1 || !call.isRunning()) {
                        throw e;
                    }
                }
            }
        }

        private AgentResponse send(String host) throws IOException {
            HttpExecuteRequest http = HttpExecuteRequest.builder()
                    .request(SdkHttpMessages.request(request, host))
                    .build();
            ExecutableHttpRequest executable = client instanceof AgentHttpClient agentClient
                    ? agentClient.prepareRequest(http, request)
                    : client.prepareRequest(http);
            prepared = executable;
            if (!call.isRunning()) { // a thread that abandons it from here on aborts it
                throw new SocketTimeoutException("abandoned before it was sent");
            }
            HttpExecuteResponse answer = executable.call();
            if (!call.isRunning()) {
                SdkHttpMessages.discard(answer);
                throw new SocketTimeoutException("abandoned before it was read");
            }
            return SdkHttpMessages.response(answer, request.bodyLimit());
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
                throw new IOException(
                        "the request is not sent, because " + setting + " may lead the HTTP client to a"
                                + " proxy, which would receive the token; use AgentHttpClients.urlConnection(), or no HTTP client");
            }
        }
    }

    /** Drops the messages of unknown exceptions, because they might quote the request. */
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
}
