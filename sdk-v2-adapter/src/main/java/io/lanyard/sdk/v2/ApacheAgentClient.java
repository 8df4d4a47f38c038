// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.apache.http.conn.DnsResolver;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.apache.ProxyConfiguration;

/**
 * The SDK's client over Apache HttpClient, without a proxy. It connects to the checked addresses: the client resolves a
 * name on the thread of the call, where a thread local provides them.
 */
@SuppressWarnings("deprecation") // newer SDKs prefer their client for Apache 5, which older ones do not have
final class ApacheAgentClient implements AgentHttpClient {

    private final SdkHttpClient client = ApacheHttpClient.builder()
            .proxyConfiguration(ProxyConfiguration.builder()
                    .useSystemPropertyValues(false)
                    .useEnvironmentVariableValues(false)
                    .build())
            .dnsResolver(new CheckedAddresses())
            .connectionTimeout(Duration.ofSeconds(2))
            .expectContinueEnabled(false)
            .useIdleConnectionReaper(false) // no connection is left idle
            .build();

    @Override
    public Proxies proxies() {
        return Proxies.SOCKS;
    }

    @Override
    public boolean pinsAddresses() {
        return true;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return client.prepareRequest(request);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest http, AgentRequest request) {
        return new Pinned(client.prepareRequest(http), request.addresses());
    }

    @Override
    public String clientName() {
        return client.clientName();
    }

    @Override
    public void close() {
        client.close();
    }

    private record Pinned(ExecutableHttpRequest delegate, List<InetAddress> addresses)
            implements ExecutableHttpRequest {
        @Override
        public HttpExecuteResponse call() throws IOException {
            if (!addresses.isEmpty()) {
                CheckedAddresses.OF_THIS_CALL.set(addresses);
            }
            try {
                return delegate.call();
            } finally {
                CheckedAddresses.OF_THIS_CALL.remove();
            }
        }

        @Override
        public void abort() {
            delegate.abort();
        }
    }

    private static final class CheckedAddresses implements DnsResolver {
        private static final ThreadLocal<@Nullable List<InetAddress>> OF_THIS_CALL = new ThreadLocal<>();

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            List<InetAddress> addresses = OF_THIS_CALL.get();
            return addresses == null ? InetAddress.getAllByName(host) : addresses.toArray(new InetAddress[0]);
        }
    }
}
