// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

/** Translates requests and responses of the agent into and from those of the AWS SDK's HTTP clients. */
final class SdkHttpMessages {

    /** As for the default transport; the agents' heads have some 300 bytes. */
    private static final int HEAD_LIMIT = 32 * 1024;

    private SdkHttpMessages() {}

    /**
     * Reads a response.
     *
     * @param bodyLimit how much of the body is read; the response is truncated when there is more
     * @throws MalformedResponseException when the head is too long
     */
    static AgentResponse response(HttpExecuteResponse answer, int bodyLimit) throws IOException {
        Map<String, String> headers = new HashMap<>();
        int[] size = {0};
        answer.httpResponse().forEachHeader((name, values) -> {
            String value = String.join(",", values);
            size[0] += name.length() + value.length();
            headers.put(name, value);
        });
        if (size[0] > HEAD_LIMIT) {
            discard(answer);
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

    /** Frees the connection of a response that is not read. */
    static void discard(HttpExecuteResponse answer) throws IOException {
        AbortableInputStream body = answer.responseBody().orElse(null);
        if (body != null) {
            body.abort();
            body.close();
        }
    }

    /** Reads up to the limit. Returns whether that was all. */
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

    /** Returns the request in the SDK's terms, to one of the {@link #hosts}. */
    static SdkHttpFullRequest request(AgentRequest request, String host) {
        SdkHttpFullRequest.Builder http = SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol(request.scheme())
                .host(host)
                .port(request.port())
                // includes the query: as parameters it would not be sent byte for byte
                .encodedPath(request.target())
                .putHeader("Host", request.authority())
                .putHeader("Connection", "close"); // the next request is minutes away
        request.headers().forEach(http::putHeader);
        return http.build();
    }

    /** Returns the hosts for the URL, to be tried in turn: the checked addresses, unless the client itself pins them. */
    static List<String> hosts(AgentRequest request, boolean pins) {
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

    /** Returns an address in the form that a URL needs. */
    static String literal(InetAddress address) {
        String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return text;
        }
        int zone = text.indexOf('%');
        return "[" + (zone < 0 ? text : text.substring(0, zone)) + "]";
    }
}
