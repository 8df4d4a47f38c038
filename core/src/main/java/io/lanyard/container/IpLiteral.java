// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads IP literals strictly.
 *
 * <p>The JDK also reads {@code 127.1}, {@code 2130706433} and {@code ::ffff:127.0.0.1} as 127.0.0.1, and other parties
 * do not. A check is only safe when all parties read an address alike, so this class reads the full forms alone.
 */
final class IpLiteral {

    private static final byte[] ECS_AGENT = {(byte) 169, (byte) 254, (byte) 170, 2};
    private static final byte[] EKS_AGENT = {(byte) 169, (byte) 254, (byte) 170, 23};
    private static final byte[] EKS_AGENT_V6 = {(byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23
    };
    private static final byte[] LOOPBACK_V6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private IpLiteral() {}

    /** Whether a token may go to this address unencrypted: loopback, or an agent's own link-local address. */
    static boolean isAgentAddress(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return bytes[0] == 127 || Arrays.equals(bytes, ECS_AGENT) || Arrays.equals(bytes, EKS_AGENT);
        }
        return Arrays.equals(bytes, LOOPBACK_V6) || Arrays.equals(bytes, EKS_AGENT_V6);
    }

    /** Returns the address of a dotted quad without leading zeros, or null for any other text. */
    static @Nullable InetAddress parseV4(String text) {
        byte[] bytes = new byte[4];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            int start = at;
            int value = 0;
            while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
                value = value * 10 + (text.charAt(at++) - '0');
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
            if (at == start || leadingZero || value > 255) {
                return null;
            }
            bytes[i] = (byte) value;
            if (i < 3 && (at == text.length() || text.charAt(at++) != '.')) {
                return null;
            }
        }
        return at == text.length() ? address(bytes) : null;
    }

    /**
     * Returns the address of eight groups of hex digits, where {@code ::} replaces some, or null for any other text.
     */
    static @Nullable InetAddress parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap != text.lastIndexOf("::")) {
            return null; // also ":::"
        }
        byte[] bytes = new byte[16];
        if (gap < 0) {
            return groups(text, bytes) == 16 ? v6(bytes) : null;
        }
        byte[] tail = new byte[16];
        int before = groups(text.substring(0, gap), bytes);
        int after = groups(text.substring(gap + 2), tail);
        if (before < 0 || after < 0 || before + after > 14) {
            return null;
        }
        System.arraycopy(tail, 0, bytes, 16 - after, after);
        return v6(bytes);
    }

    /** Returns the address of an IPv6 literal whose last 32 bits may be a dotted quad, or null for any other text. */
    static @Nullable InetAddress parseAnyV6(String text) {
        if (text.indexOf('.') < 0) {
            return parseV6(text);
        }
        int quad = text.lastIndexOf(':') + 1;
        InetAddress tail = parseV4(text.substring(quad));
        if (quad == 0 || tail == null) {
            return null;
        }
        byte[] bytes = tail.getAddress();
        return parseV6(text.substring(0, quad)
                + Integer.toHexString((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff))
                + ':'
                + Integer.toHexString((bytes[2] & 0xff) << 8 | (bytes[3] & 0xff)));
    }

    /** Returns the address to connect to: IPv4 where it is written as IPv6, because a host may have only IPv4. */
    static InetAddress unmapped(InetAddress address) {
        return isMapped(address) ? address(Arrays.copyOfRange(address.getAddress(), 12, 16)) : address;
    }

    /** Reads groups into the array and returns how many bytes they fill, or -1. */
    private static int groups(String text, byte[] into) {
        if (text.isEmpty()) {
            return 0;
        }
        int filled = 0;
        for (String group : text.split(":", -1)) {
            if (group.isEmpty() || group.length() > 4 || filled == 16) {
                return -1;
            }
            int value = 0;
            for (int i = 0; i < group.length(); i++) {
                int digit = hexDigit(group.charAt(i));
                if (digit < 0) {
                    return -1;
                }
                value = value << 4 | digit;
            }
            into[filled++] = (byte) (value >> 8);
            into[filled++] = (byte) value;
        }
        return filled;
    }

    /** Whether this is an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2). */
    static boolean isMapped(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 16
                && Arrays.equals(bytes, 0, 10, LOOPBACK_V6, 0, 10)
                && bytes[10] == (byte) 0xff
                && bytes[11] == (byte) 0xff;
    }

    /** Returns the text of RFC 5952, the only text of fd00:ec2::23 that the EKS agent accepts. */
    static String canonical(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1; // a single zero group is written out
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gapStart = i;
                gapLength = end - i;
            }
        }
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < 8; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.append(']').toString();
    }

    /** Whether some resolvers read this name as a number: {@code 127.1}, {@code 2130706433}, {@code 0x7f000001}. */
    static boolean looksNumeric(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String last = name.substring(name.lastIndexOf('.') + 1);
        if (last.isEmpty()) {
            return false;
        }
        boolean hex = last.length() > 1 && last.charAt(0) == '0' && (last.charAt(1) | 0x20) == 'x';
        for (int i = hex ? 2 : 0; i < last.length(); i++) {
            char digit = last.charAt(i);
            if (hex ? hexDigit(digit) < 0 : !isDigit(digit)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int hexDigit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return Inet4Address.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e); // four bytes are an address
        }
    }

    private static InetAddress v6(byte[] bytes) {
        try {
            return Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e); // sixteen bytes are an address
        }
    }
}
