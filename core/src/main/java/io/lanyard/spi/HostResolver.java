// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Resolves host names. Lanyard does not call it for IP literals.
 *
 * <p>Implementations are safe for use by any thread and may block.
 */
@FunctionalInterface
public interface HostResolver {

    /**
     * Resolves a name.
     *
     * @param host the name
     * @return its addresses in the order in which they are tried
     * @throws UnknownHostException when the name has no address
     * @throws UnsupportedOperationException when this resolver resolves no names at all
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /**
     * Returns the resolver of the JDK.
     *
     * @return a resolver that uses {@link InetAddress}
     */
    static HostResolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }

    /**
     * Returns a resolver for environments where only IP literals can be hosts.
     *
     * @return a resolver that resolves nothing
     */
    static HostResolver literalsOnly() {
        return host -> {
            throw new UnsupportedOperationException("host names are not resolved here");
        };
    }
}
