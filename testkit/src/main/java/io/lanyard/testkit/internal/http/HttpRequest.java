// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, and whoever sent it.
 *
 * @param method as sent
 * @param target the request target as sent, in origin form or absolute form
 * @param http10 whether the client speaks HTTP/1.0
 * @param headers name and value, in the order sent
 * @param remote {@code address:port} of the client
 * @param body empty if there is none, or it is chunked or long
 * @param client waits for the answer
 */
public record HttpRequest(
        String method,
        String target,
        boolean http10,
        List<Map.Entry<String, String>> headers,
        String remote,
        String body,
        Client client) {

    /** The other end of the connection while its request is being answered. */
    public interface Client {
        /** Lets that time pass; false, and sooner, if the client leaves or the server is closed. */
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

    /** The host asked for: that of an absolute-form target, else the Host header, else empty. */
    public String host() {
        if (isAbsolute()) {
            String rest = target.substring(HTTP.length());
            return rest.split("[/?]", 2)[0];
        }
        String host = header("Host");
        return host == null ? "" : host;
    }

    public String path() {
        String origin = origin();
        int query = origin.indexOf('?');
        return query < 0 ? origin : origin.substring(0, query);
    }

    /** The query with its question mark, or empty. */
    public String query() {
        String origin = origin();
        int query = origin.indexOf('?');
        return query < 0 ? "" : origin.substring(query);
    }

    public boolean isHead() {
        return method.equals("HEAD");
    }

    /** Whether a comma-separated header holds that token, in any case. */
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
