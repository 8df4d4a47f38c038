// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An S3 that lists one bucket and records the Authorization headers. */
final class ObjectStore implements AutoCloseable {

    private static final String BUCKETS = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListAllMyBucketsResult>"
            + "<Owner><ID>1</ID></Owner><Buckets><Bucket><Name>first-program</Name>"
            + "<CreationDate>2026-11-22T00:00:00Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>";

    private final HttpServer server;
    private final List<String> authorizations = new CopyOnWriteArrayList<>();

    ObjectStore() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", exchange -> {
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] body = BUCKETS.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/xml");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
