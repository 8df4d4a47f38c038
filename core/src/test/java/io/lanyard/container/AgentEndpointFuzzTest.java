// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lanyard.CredentialsException;
import io.lanyard.container.AgentEndpoint.HostPolicy;
import io.lanyard.spi.HostResolver;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Any text is an endpoint that a token may go to, or refused. */
class AgentEndpointFuzzTest {

    @FuzzTest(maxDuration = "60s")
    void any_text_is_an_allowed_endpoint_or_refused(byte[] bytes) {
        String uri = new String(bytes, StandardCharsets.UTF_8);
        AgentEndpoint endpoint;
        List<InetAddress> addresses;
        try {
            endpoint = AgentUri.parse(uri, "URI");
            addresses = endpoint.addresses(HostResolver.literalsOnly(), new HostPolicy(Set.of(), true));
        } catch (CredentialsException e) {
            assertThat(e).hasMessageContaining("URI");
            return;
        }
        assertThat(addresses).isNotEmpty().allMatch(IpLiteral::isAgentAddress);
        assertThat(endpoint.target()).startsWith("/");
        assertThat(uri)
                .endsWith(endpoint.target().equals("/") ? "" : endpoint.target().substring(1));
    }
}
