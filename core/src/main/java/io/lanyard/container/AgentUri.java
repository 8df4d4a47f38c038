// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the URI of an agent.
 *
 * <p>Not {@link java.net.URI}, which finds no host in names such as {@code my_agent} and reads some URIs in another way
 * than other parties do. What is not plainly a host is refused.
 */
final class AgentUri {

    private static final String DEFAULT_SERVICE = "http://169.254.170.2";

    /**
     * The agents' URIs have some 100 characters. Keeps the head of a request so short that no write waits for the peer.
     */
    private static final int LONGEST_URI = 8 * 1024;

    private AgentUri() {}

    /** Reads a relative URI: the service endpoint, or {@code http://169.254.170.2}, and the path. */
    static AgentEndpoint relative(String path, String setting, @Nullable String service, String serviceSetting) {
        if (!path.startsWith("/") || path.startsWith("//")) {
            throw invalid(
                    setting, "must start with exactly one '/'", "write it as a path, for example /v2/credentials/ID");
        }
        if (service == null) {
            return parse(DEFAULT_SERVICE + path, setting);
        }
        // read separately, so that no path can change the host
        AgentEndpoint base = parse(service, serviceSetting);
        if (base.target().indexOf('?') >= 0) {
            throw invalid(serviceSetting, "must not have a query", "set it to scheme, host and port only");
        }
        String prefix = base.target().endsWith("/")
                ? base.target().substring(0, base.target().length() - 1)
                : base.target();
        checkCharacters(path, setting);
        return new AgentEndpoint(base.scheme(), base.host(), base.port(), prefix + path, base.literal(), setting);
    }

    /** Reads the URI of an agent. */
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
        int port = portText.isEmpty() ? AgentEndpoint.standardPort(scheme) : port(portText, setting);

        if (bracketed) {
            InetAddress literal = v6(host.substring(1, host.length() - 1), scheme.equals("https"), setting);
            return new AgentEndpoint(scheme, IpLiteral.canonical(literal), port, target, literal, setting);
        }
        return new AgentEndpoint(scheme, name(host, setting), port, target, IpLiteral.parseV4(host), setting);
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

    private static CredentialsException notAllowed(String setting, String what) {
        return CredentialsException.builder(
                        Category.HOST_NOT_ALLOWED, setting + " has as its host " + what + ", which is not allowed")
                .finding(Problem.AMBIGUOUS_HOST.id())
                .remedy(Problem.AMBIGUOUS_HOST.remedy())
                .build();
    }

    static CredentialsException invalid(String setting, String what, String remedy) {
        return CredentialsException.builder(Category.INVALID_URI, setting + " " + what)
                .finding(Problem.INVALID_URI.id())
                .remedy(remedy)
                .build();
    }
}
