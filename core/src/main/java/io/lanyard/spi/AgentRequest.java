// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One GET to the agent.
 *
 * <p>Immutable and safe for use by any thread. {@link #toString()} shows the host and no header.
 *
 * @param scheme {@code http} or {@code https}
 * @param host the host as the {@code Host} header carries it, without the port: a name as it was given, or a literal in
 *     its canonical text, IPv6 in brackets
 * @param port the port to connect to
 * @param addresses the addresses that were checked; the transport connects to no others and tries them in turn. Empty
 *     only for https to any host, where the certificate is the check and the transport resolves the name
 * @param target path and query, byte for byte as configured
 * @param headers the headers to send besides {@code Host} and {@code Connection}, in order; {@code Authorization} has
 *     the token
 * @param connectTimeout how long connecting may take, over all addresses
 * @param timeout how long the exchange may take from the first byte sent to the last byte read
 * @param bodyLimit how many bytes of the body to read at most
 */
public record AgentRequest(
        String scheme,
        String host,
        int port,
        List<InetAddress> addresses,
        String target,
        Map<String, String> headers,
        Duration connectTimeout,
        Duration timeout,
        int bodyLimit) {

    /**
     * Returns whether the exchange is encrypted.
     *
     * @return true for https
     */
    public boolean secure() {
        return scheme.equals("https");
    }

    /**
     * Returns the value of the {@code Host} header, with the port where it is not the scheme's default.
     *
     * @return host, or host and port
     */
    public String authority() {
        return port == (secure() ? 443 : 80) ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return "AgentRequest(GET " + scheme + "://" + authority() + ")";
    }
}
