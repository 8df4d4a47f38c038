// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Addresses as they appear in URIs. */
public final class Origin {
    private Origin() {}

    /** Returns {@code http://host:port}, with brackets around an IPv6 address. */
    public static String of(InetAddress address, int port) {
        String host = literal(address);
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Returns the canonical text of an address, without brackets. Agents compare it as text. */
    public static String literal(InetAddress address) {
        return address instanceof Inet6Address ? shortened(address.getAddress()) : address.getHostAddress();
    }

    /** Follows RFC 5952: hexadecimal groups, and {@code ::} for the first longest run of zeros. */
    private static String shortened(byte[] address) {
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < 16; i += 2) {
            groups.add(Integer.toHexString((address[i] & 0xff) << 8 | (address[i + 1] & 0xff)));
        }
        for (int run = 8; run >= 2; run--) {
            int start = Collections.indexOfSubList(groups, Collections.nCopies(run, "0"));
            if (start >= 0) {
                return String.join(":", groups.subList(0, start)) + "::"
                        + String.join(":", groups.subList(start + run, 8));
            }
        }
        return String.join(":", groups);
    }
}
