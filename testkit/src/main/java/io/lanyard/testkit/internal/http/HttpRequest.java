// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request and the client that sent it.
 *
 * @param method as sent
 * @param target the request target as sent, in origin form or absolute form
 * @param http10 whether the client speaks HTTP/1.0
 * @param headers name and value, in the order sent
 * @param remote {@code address:port} of the client
 * @param body empty if there is none, or if it is chunked or long
 * @param client the client, which waits for the answer
 */
public record HttpRequest(
        String method,
        String target,
        boolean http10,
        List<Map.Entry<String, String>> headers,
        String remote,
        String body,
        Client client) {

    /** The client while it waits for the answer. */
    public interface Client {
        /** Waits for that time; returns false at once if the client disconnects or the server closes. */
        boolean staysFor(Duration duration);
    }

    private static final String HTTP = "http://";

    HttpRequest withBody(String read) {
        return new HttpRequest(method, target, http10, headers, remote, read, client);
    }

    public @Nullable String header(String name) {
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return header.getValue();
            }
        }
        return null;
    }

    /** Returns the host of an absolute-form target, otherwise the Host header, otherwise an empty text. */
    public String host() {
        if (isAbsolute()) {
            String rest = target.substring(HTTP.length());
            return rest.split("[/?]", 2)[0];
        }
        String host = header("Host");
        return host == null ? "" : host;
    }

    /** Returns the host without port and brackets, as Go's {@code net.SplitHostPort} does; not normalized. */
    public String hostName() {
        String host = host();
        int colon = host.lastIndexOf(':');
        boolean hasPort = host.startsWith("[") ? host.contains("]:") : colon >= 0 && host.indexOf(':') == colon;
        if (hasPort) {
            host = host.substring(0, colon);
        }
        boolean brackets = host.length() > 1 && host.startsWith("[") && host.endsWith("]");
        return brackets ? host.substring(1, host.length() - 1) : host;
    }

    /** Returns the parameters of the form in the body of a POST, or in the query of any other method. */
    public Map<String, String> form() {
        return parameters(method.equals("POST") ? body : queryWithoutMark());
    }

    /** Returns the parameters of the query. */
    public Map<String, String> queryParameters() {
        return parameters(queryWithoutMark());
    }

    private String queryWithoutMark() {
        String query = query();
        return query.isEmpty() ? "" : query.substring(1);
    }

    /** Decodes parameters. The first of each name counts, and one that cannot be decoded is left out. */
    private static Map<String, String> parameters(String encoded) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : encoded.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            try {
                parameters.putIfAbsent(
                        URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                        parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                // bad percent encoding
            }
        }
        return parameters;
    }

    public String path() {
        String origin = origin();
        int query = origin.indexOf('?');
        return query < 0 ? origin : origin.substring(0, query);
    }

    /** Returns the query with its question mark, or an empty text. */
    public String query() {
        String origin = origin();
        int query = origin.indexOf('?');
        return query < 0 ? "" : origin.substring(query);
    }

    public boolean isHead() {
        return method.equals("HEAD");
    }

    /** Returns whether a comma-separated header contains that token, in upper or lower case. */
    boolean hasToken(String name, String token) {
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase(name)) {
                for (String part : header.getValue().split(",", -1)) {
                    if (part.strip().toLowerCase(Locale.ROOT).equals(token)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean isAbsolute() {
        return target.regionMatches(true, 0, HTTP, 0, HTTP.length());
    }

    private String origin() {
        if (!isAbsolute()) {
            return target;
        }
        int authorityEnd = HTTP.length();
        while (authorityEnd < target.length() && "/?".indexOf(target.charAt(authorityEnd)) < 0) {
            authorityEnd++;
        }
        return target.substring(authorityEnd);
    }
}
