// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
 * <p>The client's own settings for proxies, redirects and connecting apply. A request over http goes to the first
 * address that was checked, so that a second look-up of a name changes nothing. The deadline over the whole exchange is
 * kept by aborting the request.
 */
final class SdkHttpTransport implements AgentTransport {

    private final SdkHttpClient client;

    SdkHttpTransport(SdkHttpClient client) {
        this.client = client;
    }

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        ExecutableHttpRequest call = client.prepareRequest(
                HttpExecuteRequest.builder().request(httpRequest(request)).build());
        CompletableFuture<Void> exchange = new CompletableFuture<>();
        CompletableFuture<Void> unused = exchange.orTimeout(
                        request.connectTimeout().plus(request.timeout()).toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, late) -> {
                    if (late != null) {
                        call.abort();
                    }
                });
        try {
            AgentResponse response = response(call.call(), request.bodyLimit());
            // some clients report an aborted body as one that ended
            if (exchange.complete(null)) {
                return response;
            }
            throw late();
        } catch (IOException | RuntimeException e) {
            if (exchange.isCompletedExceptionally()) {
                throw late();
            }
            if (e instanceof IOException broken) {
                throw broken;
            }
            // an HTTP client's own words might quote the request
            throw new IOException("the HTTP client failed: " + e.getClass().getSimpleName());
        } finally {
            exchange.complete(null);
        }
    }

    private static SocketTimeoutException late() {
        return new SocketTimeoutException("the answer was not complete in time");
    }

    private static AgentResponse response(HttpExecuteResponse response, int bodyLimit) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        boolean complete = true;
        AbortableInputStream body = response.responseBody().orElse(null);
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
        Map<String, String> headers = new HashMap<>();
        response.httpResponse().forEachHeader((name, values) -> headers.put(name, String.join(",", values)));
        return new AgentResponse(response.httpResponse().statusCode(), headers, bytes.toByteArray(), !complete);
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

    private static SdkHttpFullRequest httpRequest(AgentRequest request) {
        SdkHttpFullRequest.Builder http = SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(request.scheme())
                .host(request.secure() ? request.host() : checkedAddress(request))
                .port(request.port())
                // query included: taken apart into parameters it would not go out byte for byte
                .encodedPath(request.target())
                .putHeader("Host", request.authority());
        request.headers().forEach(http::putHeader);
        return http.build();
    }

    private static String checkedAddress(AgentRequest request) {
        if (request.addresses().isEmpty() || request.host().startsWith("[")) {
            return request.host();
        }
        InetAddress checked = request.addresses().get(0);
        return checked.getAddress().length == 4 ? checked.getHostAddress() : "[" + checked.getHostAddress() + "]";
    }
}
