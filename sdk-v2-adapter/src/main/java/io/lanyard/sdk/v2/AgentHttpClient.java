// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.AgentRequest;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/** An HTTP client of {@link AgentHttpClients}, with the properties that {@link SdkHttpTransport} relies on. */
interface AgentHttpClient extends SdkHttpClient {

    /** Which proxies can receive a request of a client. */
    enum Proxies {
        /** Those of the SDK's settings and of the JVM. */
        ANY,
        /** SOCKS proxies of the JVM, which the JDK's sockets use. */
        SOCKS,
        /** None. */
        NONE
    }

    /** Returns which proxies can receive a request. */
    Proxies proxies();

    /** Returns whether it connects to the checked addresses when the URL has the name. */
    default boolean pinsAddresses() {
        return false;
    }

    /**
     * Prepares a call as {@link #prepareRequest(HttpExecuteRequest)} does.
     *
     * @param http the request in the SDK's terms
     * @param request the same with its addresses and timeouts
     */
    default ExecutableHttpRequest prepareRequest(HttpExecuteRequest http, AgentRequest request) {
        return prepareRequest(http);
    }
}
