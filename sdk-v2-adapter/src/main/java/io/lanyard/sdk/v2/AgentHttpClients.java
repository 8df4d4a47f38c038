// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.Objects;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Creates HTTP clients that never use a proxy, for {@link LanyardContainerCredentialsProvider.Builder#httpClient}.
 *
 * <p>The AWS SDK's own HTTP clients take a proxy from system properties, from the environment and from the JVM's {@link
 * java.net.ProxySelector}, also for 127.0.0.1 and for the agent's link-local address; the proxy would receive the token
 * in the clear. The clients made here ignore these settings. They follow no redirect and keep no connection open.
 *
 * <p>The clients are safe for use by any number of threads. The code that creates a client closes it.
 */
public final class AgentHttpClients {

    private AgentHttpClients() {}

    /**
     * Creates a client over {@link java.net.HttpURLConnection} without a proxy, SOCKS included.
     *
     * <p>It uses no {@link java.net.Authenticator} and no {@link java.net.ResponseCache}, and rejects a connection
     * of an application's {@link java.net.URLStreamHandlerFactory}. A {@link java.net.CookieHandler} of the JVM sees URI and
     * headers of a request, without the token, and can add cookies. Over http the Host header carries the checked
     * address in place of a host name. The JDK limits the size of a response head from 17.0.13 and 21.0.5 on
     * ({@code jdk.http.maxHeaderSize}).
     *
     * @return a new client; a request over https to a host name whose address is checked fails
     * @throws IllegalStateException when {@code software.amazon.awssdk:url-connection-client} is not on the class path
     */
    public static SdkHttpClient urlConnection() {
        require("software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient", "url-connection-client");
        return new UrlConnectionAgentClient();
    }

    /**
     * Creates a client over Apache HttpClient 4 without an HTTP proxy.
     *
     * <p>It connects to the addresses that were checked, over http and https, and its Host header carries the name. A
     * request fails while a SOCKS proxy of the JVM applies to the agent. The client does not limit the size of a
     * response head; only the deadline of the attempt ends an endless head.
     *
     * @return a new client
     * @throws IllegalStateException when {@code software.amazon.awssdk:apache-client} is not on the class path
     */
    public static SdkHttpClient apache() {
        require("software.amazon.awssdk.http.apache.ApacheHttpClient", "apache-client");
        return new ApacheAgentClient();
    }

    /**
     * Declares that a client uses no proxy, so that its requests are sent although settings for a proxy exist. For a
     * client whose own configuration turns proxies off; Lanyard cannot check this.
     *
     * <pre>{@code
     * AgentHttpClients.withoutProxy(AwsCrtHttpClient.builder()
     *         .proxyConfiguration(proxy -> proxy.useSystemPropertyValues(false)
     *                 .useEnvironmentVariableValues(false))
     *         .build());
     * }</pre>
     *
     * @param client a client that uses no proxy, of any kind
     * @return a client that delegates to it, and closes it when it is closed
     */
    public static SdkHttpClient withoutProxy(SdkHttpClient client) {
        return new Declared(Objects.requireNonNull(client, "client"));
    }

    private static void require(String className, String artifact) {
        if (!Sources.hasModule(className)) {
            throw new IllegalStateException("add the dependency software.amazon.awssdk:" + artifact);
        }
    }

    private record Declared(SdkHttpClient client) implements AgentHttpClient {
        @Override
        public Proxies proxies() {
            return Proxies.NONE;
        }

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return client.prepareRequest(request);
        }

        @Override
        public String clientName() {
            return client.clientName();
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
