// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The agent's answer.
 *
 * <p>Immutable and safe for use by any thread. {@link #toString()} shows the status only, for the body may hold secrets.
 */
public final class AgentResponse {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean truncated;

    /**
     * Makes an answer.
     *
     * @param status the HTTP status
     * @param headers the headers, in any case; where one came twice, either value
     * @param body the body as far as it was read; not copied, and not to be changed afterwards
     * @param truncated whether the body was longer than the request's limit
     */
    public AgentResponse(int status, Map<String, String> headers, byte[] body, boolean truncated) {
        TreeMap<String, String> folded = new TreeMap<>();
        headers.forEach((name, value) -> folded.put(name.toLowerCase(Locale.ROOT), value));
        this.status = status;
        this.headers = folded;
        this.body = Objects.requireNonNull(body, "body");
        this.truncated = truncated;
    }

    /**
     * The HTTP status.
     *
     * @return the status
     */
    public int status() {
        return status;
    }

    /**
     * A header of the answer.
     *
     * @param name the header's name, in any case
     * @return its value, absent when the answer has no such header
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * The body as far as it was read.
     *
     * @return the bytes themselves, not to be changed
     */
    public byte[] body() {
        return body;
    }

    /**
     * Whether the body was longer than the request's limit.
     *
     * @return true when bytes are missing
     */
    public boolean truncated() {
        return truncated;
    }

    @Override
    public String toString() {
        return "AgentResponse(" + status + ")";
    }
}
