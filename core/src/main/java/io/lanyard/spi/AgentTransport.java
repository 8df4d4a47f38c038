// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.io.IOException;

/**
 * Sends one request to the agent and returns its answer.
 *
 * <p>Implementations are safe for use by any thread. A call blocks until the answer is complete, at most the request's
 * connect timeout and timeout together. They follow no redirect, use no proxy, and leave nothing open.
 */
@FunctionalInterface
public interface AgentTransport {

    /**
     * Sends the request and reads the whole answer.
     *
     * @param request what to send, to which address, and within which time
     * @return the answer, whatever its status
     * @throws java.net.ConnectException when the agent refuses the connection
     * @throws java.net.SocketTimeoutException when connecting or the exchange takes longer than its timeout
     * @throws MalformedResponseException when the answer is not HTTP as this protocol uses it
     * @throws IOException when the exchange breaks off
     */
    AgentResponse get(AgentRequest request) throws IOException;
}
