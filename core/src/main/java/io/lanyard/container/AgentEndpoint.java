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
 * Where the agent is, read from a URI once, and the rule for where a token may go.
 *
 * <p>The URI is taken apart here and not by {@link java.net.URI}, which has no host for names such as {@code
 * my_agent}, and whose readings differ from those of other parties; what is not plainly a host is refused.
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
    private static final String DEFAULT_SERVICE = "http://169.254.170.2";

    /**
     * The agents' URIs have some 100 characters. Keeps the head of a request so short that no write waits for the peer.
     */
    private static final int LONGEST_URI = 8 * 1024;

    /** Hosts that go beyond the rule, by the application's own word, and whether https is held to it too. */
    record HostPolicy(Set<String> furtherHosts, boolean httpsToo) {}

    /** Joins the host of a relative URI and its path. */
    static AgentEndpoint relative(String path, String setting, @Nullable String service, String serviceSetting) {
        if (!path.startsWith("/") || path.startsWith("//")) {
            throw invalid(
                    setting, "must start with exactly one '/'", "write it as a path, for example /v2/credentials/ID");
        }
        if (service == null) {
            return parse(DEFAULT_SERVICE + path, setting);
        }
        // parsed on its own, so that no path can change the host
        AgentEndpoint base = parse(service, serviceSetting);
        if (base.target.indexOf('?') >= 0) {
            throw invalid(serviceSetting, "must not have a query", "set it to scheme, host and port only");
        }
        String prefix = base.target.endsWith("/") ? base.target.substring(0, base.target.length() - 1) : base.target;
        checkCharacters(path, setting);
        return new AgentEndpoint(base.scheme, base.host, base.port, prefix + path, base.literal, setting);
    }

    /** Reads a URI. */
    static AgentEndpoint parse(String uri, String setting) {
        checkCharacters(uri, setting);
        int colon = uri.indexOf("://");
        String scheme = colon < 0 ? "" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw invalid(
                    setting,
                    "is not an http or https URI with a host",
                    "write it in full, for example http://169.254.170.23/v1/credentials");
        }
        int start = colon + 3;
        int end = start;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String authority = uri.substring(start, end);
        String rest = uri.substring(end);
        String target = rest.isEmpty() ? "/" : rest.charAt(0) == '?' ? "/" + rest : rest;
        if (authority.indexOf('@') >= 0) {
            throw invalid(setting, "has user info before its host", "remove everything up to the '@'");
        }

        boolean bracketed = authority.startsWith("[");
        int hostEnd = bracketed ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (bracketed && hostEnd == 0) {
            throw invalid(setting, "has a '[' without its ']'", "write an IPv6 address as [fd00:ec2::23]");
        }
        String host = hostEnd < 0 ? authority : authority.substring(0, hostEnd);
        String portText = hostEnd < 0 ? "" : authority.substring(hostEnd);
        int port = portText.isEmpty() ? standardPort(scheme) : port(portText, setting);

        if (bracketed) {
            InetAddress literal = v6(host.substring(1, host.length() - 1), scheme.equals("https"), setting);
            return new AgentEndpoint(scheme, IpLiteral.canonical(literal), port, target, literal, setting);
        }
        return new AgentEndpoint(scheme, name(host, setting), port, target, IpLiteral.parseV4(host), setting);
    }

    private static int standardPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    private static int port(String text, String setting) {
        int port = -1;
        if (text.charAt(0) == ':' && text.length() >= 2 && text.length() <= 6) {
            port = 0;
            for (int i = 1; i < text.length() && port >= 0; i++) {
                char c = text.charAt(i);
                port = c >= '0' && c <= '9' ? port * 10 + (c - '0') : -1;
            }
        }
        if (port < 1 || port > 65535) {
            throw invalid(setting, "has no valid port after its host", "use a port from 1 to 65535, or none");
        }
        return port;
    }

    private static InetAddress v6(String text, boolean secure, String setting) {
        if (text.indexOf('%') >= 0) {
            throw notAllowed(setting, "an IPv6 address with a zone id");
        }
        InetAddress literal = IpLiteral.parseAnyV6(text);
        if (!secure && (text.indexOf('.') >= 0 || (literal != null && IpLiteral.isMapped(literal)))) {
            throw notAllowed(setting, "an IPv4 address written as IPv6");
        }
        if (literal != null) {
            return literal;
        }
        throw invalid(setting, "has no valid IPv6 address in its brackets", "write it as [fd00:ec2::23]");
    }

    private static String name(String host, String setting) {
        boolean plausible = !host.isEmpty() && host.length() <= 253;
        for (int i = 0; i < host.length() && plausible; i++) {
            char c = host.charAt(i);
            plausible = (Character.isLetterOrDigit(c) && c < 128) || "._-".indexOf(c) >= 0;
        }
        if (!plausible) {
            throw invalid(setting, "has no valid host", "use a host name or an IP address");
        }
        if (IpLiteral.parseV4(host) == null && IpLiteral.looksNumeric(host)) {
            throw notAllowed(setting, "a number that only some parties read as an address");
        }
        return host;
    }

    private static void checkCharacters(String uri, String setting) {
        if (uri.length() > LONGEST_URI) {
            throw invalid(
                    setting,
                    "has " + uri.length() + " characters, more than " + LONGEST_URI,
                    "set it to the agent's URI alone");
        }
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == '#') {
                throw invalid(setting, "has a fragment", "remove the '#' and what follows it");
            }
            if (c <= ' ' || c >= 0x7f) {
                throw invalid(
                        setting,
                        "has a space, a control character or a character beyond ASCII at position " + i,
                        "percent-encode it");
            }
        }
    }

    /**
     * The addresses that a request may go to, checked.
     *
     * @return the addresses in order; empty where https goes to a name and its certificate is the check
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
            throw invalid(setting, "has a host name, and names are not resolved here", "use an IP address");
        } catch (UnknownHostException e) {
            // without an address the host cannot be checked; it may have one later
            throw CredentialsException.builder(
                            Category.HOST_NOT_ALLOWED, setting + " names the host '" + host + "': " + e.getMessage())
                    .endpoint(display())
                    .recoverable(true)
                    .finding(Problem.HOST_UNRESOLVED.id())
                    .remedy(Problem.HOST_UNRESOLVED.remedy())
                    .build();
        }
    }

    /** The text by which hosts are compared: a name in lower case, a literal in canonical text. */
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

    boolean secure() {
        return scheme.equals("https");
    }

    /**
     * The URI as people may see it: without its query, which may hold a secret, and with the first eight characters of
     * an id, which is a capability: whoever knows it gets the task's credentials.
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

    /** The path without the query. */
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** What an agent knows from the URI and may repeat, and must not be shown: the query, its values, ids. */
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
     * Whether a segment of the path is an id: what follows {@code credentials} or the version of the ECS agent, and
     * elsewhere what has hexadecimal digits, or letters and digits in any order, and the length of an id.
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

    /** For debuggers and accidents: a record's own text would have the query. */
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

    private static CredentialsException notAllowed(String setting, String what) {
        return CredentialsException.builder(
                        Category.HOST_NOT_ALLOWED, setting + " has as its host " + what + ", which is not allowed")
                .finding(Problem.AMBIGUOUS_HOST.id())
                .remedy(Problem.AMBIGUOUS_HOST.remedy())
                .build();
    }

    private static CredentialsException invalid(String setting, String what, String remedy) {
        return CredentialsException.builder(Category.INVALID_URI, setting + " " + what)
                .finding(Problem.INVALID_URI.id())
                .remedy(remedy)
                .build();
    }
}
