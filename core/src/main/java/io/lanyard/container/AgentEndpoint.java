// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.transport.HostLookup;
import io.lanyard.spi.HostResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the agent is, the rule for where a token may go, and what of the URI a text may show.
 *
 * @param scheme {@code http} or {@code https}
 * @param host the name as it was given, or the literal in canonical text
 * @param port the port to connect to
 * @param target path and query byte for byte
 * @param literal the address when the host is one
 * @param setting the setting that the URI came from, for messages
 */
record AgentEndpoint(
        String scheme,
        String host,
        int port,
        String target,
        @Nullable InetAddress literal,
        String setting) {

    private static final int SHOWN_OF_ID = 8;
    private static final int SHORTEST_HEX_ID = 16;
    private static final int SHORTEST_ID = 20;

    /** The application's exceptions to the rule: hosts that it allows over http, and whether https is restricted too. */
    record HostPolicy(Set<String> furtherHosts, boolean httpsToo) {}

    /**
     * Checks where a request goes to.
     *
     * @return the addresses to connect to, in order; empty where https goes to a name and its certificate is the check
     */
    List<InetAddress> addresses(HostResolver resolver, HostPolicy policy) {
        boolean trusted =
                (secure() && !policy.httpsToo()) || policy.furtherHosts().contains(hostKey(host));
        if (literal != null) {
            if (!trusted && !IpLiteral.isAgentAddress(literal)) {
                throw notAllowed(null);
            }
            return List.of(IpLiteral.unmapped(literal));
        }
        if (secure() && trusted) {
            return List.of();
        }
        List<InetAddress> addresses = resolve(resolver);
        for (InetAddress address : addresses) {
            if (!trusted && !IpLiteral.isAgentAddress(address)) {
                throw notAllowed(address);
            }
        }
        return HostLookup.first(addresses);
    }

    private List<InetAddress> resolve(HostResolver resolver) {
        try {
            return HostLookup.resolved(resolver, host);
        } catch (UnsupportedOperationException e) {
            throw AgentUri.invalid(setting, "has a host name, and names are not resolved here", "use an IP address");
        } catch (UnknownHostException e) {
            // transient: the name may have an address later
            throw CredentialsException.builder(
                            Category.HOST_NOT_ALLOWED, setting + " names the host '" + host + "': " + e.getMessage())
                    .endpoint(display())
                    .recoverable(true)
                    .finding(Problem.HOST_UNRESOLVED.id())
                    .remedy(Problem.HOST_UNRESOLVED.remedy())
                    .build();
        }
    }

    /** Returns a host in the form that is compared: a name in lower case, a literal in canonical text. */
    static String hostKey(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        InetAddress literal = IpLiteral.parseAnyV6(bracketed ? host.substring(1, host.length() - 1) : host);
        return literal == null ? host.toLowerCase(Locale.ROOT) : IpLiteral.canonical(literal);
    }

    boolean isEks() {
        return host.equals("169.254.170.23") || host.equals("[fd00:ec2::23]");
    }

    /** Whether the path is that of the EKS Pod Identity Agent, wherever it listens. */
    boolean hasPathOfEks() {
        return path().equals("/v1/credentials");
    }

    static int standardPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    boolean secure() {
        return scheme.equals("https");
    }

    /**
     * Returns the URI as texts show it: without its query, which may contain a secret, and with the first eight
     * characters of an id, which is a capability: it is enough to get the task's credentials.
     */
    String display() {
        StringBuilder text = new StringBuilder(scheme).append("://").append(host);
        if (port != standardPort(scheme)) {
            text.append(':').append(port);
        }
        String path = path();
        String before = "";
        for (int start = 1; start <= path.length(); ) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String segment = path.substring(start, end);
            text.append('/').append(isId(segment, before) ? segment.substring(0, SHOWN_OF_ID) + "..." : segment);
            before = segment.isEmpty() ? before : segment;
            start = end + 1;
            if (slash == path.length() - 1 && slash >= 0) {
                text.append('/');
                break;
            }
        }
        return text.toString();
    }

    /** Returns the path without the query. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Returns what the agent may repeat of the URI and no text may show: the query, its values, ids. */
    List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        int query = target.indexOf('?');
        if (query >= 0) {
            secrets.add(target.substring(query + 1));
            for (String part : target.substring(query + 1).replace(';', '&').split("&", -1)) {
                secrets.add(part.substring(part.indexOf('=') + 1));
            }
        }
        String before = "";
        for (String segment : path().split("/", -1)) {
            if (isId(segment, before)) {
                secrets.add(segment);
            }
            before = segment.isEmpty() ? before : segment;
        }
        return secrets;
    }

    /**
     * Whether a segment of the path is an id: the one after {@code credentials} or the version of the ECS agent, or any
     * other that has the length of an id and consists of hexadecimal digits or of mixed letters and digits.
     */
    private static boolean isId(String segment, String before) {
        int length = segment.length();
        if (length <= SHOWN_OF_ID) {
            return false;
        }
        boolean ecs = before.equals("credentials")
                || (before.length() == 2 && before.charAt(0) == 'v' && Character.isDigit(before.charAt(1)));
        boolean digits = false;
        boolean hex = true;
        boolean alphanumeric = true;
        int changes = 0; // between letters and digits
        for (int i = 0; i < length; i++) {
            char c = segment.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            digits |= digit;
            hex &= c == '-' || Character.digit(c, 16) >= 0;
            alphanumeric &= digit || letter || c == '-' || c == '_';
            changes += i > 0 && digit != Character.isDigit(segment.charAt(i - 1)) ? 1 : 0;
        }
        if (ecs) {
            return !segment.equals("credentials");
        }
        return digits && ((hex && length >= SHORTEST_HEX_ID) || (alphanumeric && length >= SHORTEST_ID && changes > 4));
    }

    /** Shows no secret, unlike a record's default text, which would contain the query. */
    @Override
    public String toString() {
        return "AgentEndpoint(" + display() + ")";
    }

    private CredentialsException notAllowed(@Nullable InetAddress address) {
        String resolved = address == null ? "" : ", which resolves to " + IpLiteral.canonical(address);
        return CredentialsException.builder(
                        Category.HOST_NOT_ALLOWED,
                        setting + " names the host '" + host + "'" + resolved
                                + "; a token goes over http only to loopback, 169.254.170.2, 169.254.170.23 or"
                                + " [fd00:ec2::23]")
                .endpoint(display())
                .finding(Problem.HOST_NOT_ALLOWED.id())
                .remedy(Problem.HOST_NOT_ALLOWED.remedy())
                .build();
    }
}
