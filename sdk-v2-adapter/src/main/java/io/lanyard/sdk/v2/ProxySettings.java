// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.Environment;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the setting by which an HTTP client of the SDK, or the JVM, would send a request through a proxy.
 *
 * <p>The clients of the SDK read {@code http.proxyHost} and, without it, {@code http_proxy} or {@code HTTP_PROXY}, for
 * https too unless configured otherwise. Their exclusions are patterns without any special case for loopback:
 * entries are separated by {@code |} ({@code http.nonProxyHosts}) or {@code ,} ({@code NO_PROXY}), {@code *} stands for
 * any text, white space and CIDR ranges have no meaning. Where SDK versions differ, the reading that finds a proxy applies.
 */
final class ProxySettings {

    private ProxySettings() {}

    /**
     * Finds the setting that applies to a request.
     *
     * @param request where the request goes
     * @param hosts the hosts that the URL may have
     * @param proxies which proxies the client can use
     * @param environment where properties and variables are read
     * @return the setting in words; null when no proxy applies
     */
    static @Nullable String applying(
            AgentRequest request, List<String> hosts, AgentHttpClient.Proxies proxies, Environment environment) {
        if (proxies == AgentHttpClient.Proxies.NONE) {
            return null;
        }
        for (String host : hosts) {
            String setting = proxies == AgentHttpClient.Proxies.ANY ? ofTheSdk(request, host, environment) : null;
            if (setting != null) {
                return setting;
            }
            if ((proxies == AgentHttpClient.Proxies.ANY && selects(request.scheme(), host, request.port()))
                    || selects("socket", host, request.port())) {
                return "the ProxySelector of the JVM";
            }
        }
        for (InetAddress address : request.addresses()) {
            if (selects("socket", SdkHttpMessages.literal(address), request.port())) {
                return "the ProxySelector of the JVM";
            }
        }
        return null;
    }

    private static @Nullable String ofTheSdk(AgentRequest request, String host, Environment environment) {
        String excluded = environment.property("http.nonProxyHosts");
        for (String scheme : request.secure() ? List.of("http", "https") : List.of("http")) {
            String property = scheme + ".proxyHost";
            if (isSet(environment.property(property)) && !isExcluded(host, excluded, "\\|")) {
                return "the system property " + property;
            }
        }
        String noProxy = environment.variable("no_proxy");
        if (!isSet(noProxy)) {
            noProxy = environment.variable("NO_PROXY");
        }
        for (String scheme : request.secure() ? List.of("http", "https") : List.of("http")) {
            String variable = scheme + "_proxy";
            if (!isSet(environment.variable(variable))) {
                variable = variable.toUpperCase(Locale.ROOT);
            }
            if (isSet(environment.variable(variable)) && !isExcluded(host, noProxy, ",")) {
                return "the environment variable " + variable;
            }
        }
        return null;
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }

    /** Returns whether the host is excluded with and without the brackets of an IPv6 address: clients differ in them. */
    private static boolean isExcluded(String host, @Nullable String exclusions, String separator) {
        if (exclusions == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        return matches(name, exclusions, separator)
                && (!bracketed || matches(name.substring(1, name.length() - 1), exclusions, separator));
    }

    private static boolean matches(String name, String exclusions, String separator) {
        for (String entry : exclusions.split(separator, -1)) {
            try {
                if (name.matches(entry.toLowerCase(Locale.ROOT).replace("*", ".*?"))) {
                    return true;
                }
            } catch (PatternSyntaxException e) {
                // excludes nothing
            }
        }
        return false;
    }

    /** Returns whether the JVM's selector names a proxy, or fails: it might name one to the client. */
    private static boolean selects(String scheme, String host, int port) {
        ProxySelector selector = ProxySelector.getDefault();
        if (selector == null) {
            return false;
        }
        try {
            List<Proxy> proxies = selector.select(URI.create(scheme + "://" + host + ":" + port + "/"));
            for (Proxy proxy : proxies == null ? List.<Proxy>of() : proxies) {
                if (proxy.type() != Proxy.Type.DIRECT) {
                    return true;
                }
            }
            return false;
        } catch (RuntimeException e) {
            return true;
        }
    }
}
