// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Finds the addresses of a host name. Never asked for an IP literal.
 *
 * <p>Implementations are safe for use by any thread and may block.
 */
@FunctionalInterface
public interface HostResolver {

    /**
     * The addresses of a name.
     *
     * @param host the name
     * @return its addresses in the order in which they should be tried
     * @throws UnknownHostException when the name has none
     * @throws UnsupportedOperationException when this resolver resolves no names at all
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /**
     * The JDK's resolver.
     *
     * @return a resolver that asks {@link InetAddress}
     */
    static HostResolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }

    /**
     * No resolver: only IP literals can be used as hosts.
     *
     * @return a resolver that resolves nothing
     */
    static HostResolver literalsOnly() {
        return host -> {
            throw new UnsupportedOperationException("host names are not resolved here");
        };
    }
}
