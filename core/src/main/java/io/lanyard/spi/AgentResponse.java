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
 * <p>Safe for use by any thread. {@link #toString()} shows the status only, because the body may contain secrets.
 */
public final class AgentResponse {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean truncated;

    /**
     * Creates an answer.
     *
     * @param status the HTTP status
     * @param headers the headers, in any case; where one occurs twice, either value
     * @param body the body as far as it was read; not copied, and not changed afterwards
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
     * Returns the HTTP status.
     *
     * @return the status
     */
    public int status() {
        return status;
    }

    /**
     * Returns a header.
     *
     * @param name the header's name, in any case
     * @return its value; empty when the answer has no such header
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * Returns the body as far as it was read.
     *
     * @return the bytes themselves, not a copy
     */
    public byte[] body() {
        return body;
    }

    /**
     * Returns whether the body was longer than the request's limit.
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
