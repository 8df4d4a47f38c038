// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lanyard.testkit.IssuedCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Emulates the parts of S3, Secrets Manager and the parameter store that the application reads. Accepts an issued access
 * key with its session token until it expires, and rejects other requests.
 */
final class AwsServices implements AutoCloseable {

    private static final Pattern KEY_ID = Pattern.compile("Credential=([^/]+)/");

    private final Map<String, IssuedCredentials> known = new ConcurrentHashMap<>();
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    AwsServices() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void admit(IssuedCredentials credentials) {
        known.put(credentials.accessKeyId(), credentials);
    }

    /** Returns the services that were called, with the access key id of each call. */
    List<String> served() {
        return List.copyOf(served);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Matcher matcher = KEY_ID.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            String keyId = matcher.find() ? matcher.group(1) : "";
            IssuedCredentials credentials = known.get(keyId);
            String token = exchange.getRequestHeaders().getFirst("X-Amz-Security-Token");
            String target = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
            if (credentials == null || !credentials.sessionToken().equals(token == null ? "" : token)) {
                answer(exchange, 403, "<Error><Code>InvalidAccessKeyId</Code></Error>");
            } else if (!credentials.expiration().isAfter(Instant.now())) {
                answer(exchange, 400, "<Error><Code>ExpiredToken</Code></Error>");
            } else if (target.equals("secretsmanager.GetSecretValue")) {
                served.add("secretsmanager " + keyId);
                answer(exchange, 200, "{\"Name\":\"shop\",\"SecretString\":\"{\\\"greeting\\\":\\\"hello\\\"}\"}");
            } else if (target.equals("AmazonSSM.GetParametersByPath")) {
                served.add("ssm " + keyId);
                answer(
                        exchange,
                        200,
                        "{\"Parameters\":[{\"Name\":\"/shop/currency\",\"Type\":\"String\",\"Value\":\"euro\"}]}");
            } else {
                served.add("s3 " + keyId);
                answer(exchange, 200, "body of " + exchange.getRequestURI().getPath() + body.length);
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
