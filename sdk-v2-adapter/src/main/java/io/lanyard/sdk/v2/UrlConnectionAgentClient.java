// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLConnection;
import java.time.Duration;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionFactory;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The SDK's client over {@link HttpURLConnection}, whose connections bypass proxies and most hooks of the JVM. */
final class UrlConnectionAgentClient implements AgentHttpClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(8);

    /** Provides no password. */
    private static final Authenticator NO_PASSWORD = new Authenticator() {};

    @Override
    public Proxies proxies() {
        return Proxies.NONE;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return prepared(request, CONNECT_TIMEOUT, READ_TIMEOUT);
    }

    /** Uses the request's own timeouts: only they end a read, which disconnecting does not. */
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest http, AgentRequest request) {
        return prepared(http, request.connectTimeout(), request.timeout());
    }

    private static ExecutableHttpRequest prepared(HttpExecuteRequest request, Duration connect, Duration read) {
        SdkHttpClient client = UrlConnectionHttpClient.create(new Connections(millis(connect), millis(read)));
        return client.prepareRequest(request);
    }

    private static int millis(Duration duration) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
    }

    @Override
    public String clientName() {
        return "UrlConnection";
    }

    @Override
    public void close() {
        // has nothing to close: connections are closed with their exchange
    }

    private record Connections(int connectMillis, int readMillis) implements UrlConnectionFactory {
        @Override
        public HttpURLConnection createConnection(URI uri) {
            try {
                URLConnection opened = uri.toURL().openConnection(Proxy.NO_PROXY);
                // a handler of the application would receive the token
                if (!(opened instanceof HttpURLConnection connection)
                        || !opened.getClass().getName().startsWith("sun.net.www.protocol.http")) {
                    throw new IOException("a URLStreamHandlerFactory of the application replaces the JDK's handler for "
                            + uri.getScheme() + "; use AgentHttpClients.apache(), or no HTTP client");
                }
                connection.setAuthenticator(NO_PASSWORD);
                connection.setInstanceFollowRedirects(false);
                connection.setUseCaches(false);
                connection.setConnectTimeout(connectMillis);
                connection.setReadTimeout(readMillis);
                return connection;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
