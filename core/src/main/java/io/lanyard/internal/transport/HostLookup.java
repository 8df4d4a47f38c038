// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import io.lanyard.spi.HostResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Resolves host names with a resolver that may be an application's. */
public final class HostLookup {

    /** Further addresses of a name are not tried, because each takes a part of the connect timeout. */
    private static final int MOST_ADDRESSES = 16;

    private HostLookup() {}

    /**
     * Resolves a name whose addresses need no check, because the certificate is the check.
     *
     * @param resolver the resolver
     * @param host the name
     * @return the addresses to try in turn, at most 16
     * @throws UnknownHostException when the name has no address, or the resolver does not work
     */
    static List<InetAddress> lookUp(HostResolver resolver, String host) throws UnknownHostException {
        try {
            return first(resolved(resolver, host));
        } catch (UnsupportedOperationException e) {
            throw new UnknownHostException(host + " is a host name, and names are not resolved here");
        }
    }

    /**
     * Returns the first addresses of a list.
     *
     * @param addresses all of them
     * @return at most 16
     */
    public static List<InetAddress> first(List<InetAddress> addresses) {
        return addresses.size() <= MOST_ADDRESSES ? addresses : List.copyOf(addresses.subList(0, MOST_ADDRESSES));
    }

    /**
     * Resolves a name. When the resolver itself fails, the name counts as one without an address.
     *
     * @param resolver the resolver
     * @param host the name
     * @return all its addresses, at least one
     * @throws UnknownHostException when it has none; the message does not quote the resolver
     * @throws UnsupportedOperationException when this resolver resolves no names at all
     */
    public static List<InetAddress> resolved(HostResolver resolver, String host) throws UnknownHostException {
        String problem;
        try {
            List<InetAddress> addresses = resolver.resolve(host);
            if (addresses != null && !addresses.isEmpty()) {
                return List.copyOf(addresses);
            }
            problem = addresses == null ? "the resolver returned null" : "it has no address";
        } catch (UnsupportedOperationException e) {
            throw e;
        } catch (UnknownHostException e) {
            problem = "it has no address";
        } catch (RuntimeException e) {
            // its message may contain anything; a list that contains null is a NullPointerException
            problem = "the resolver failed with " + e.getClass().getName();
        }
        throw new UnknownHostException(host + " cannot be resolved: " + problem);
    }
}
