// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An id in a path is a capability, of which the first eight characters are shown. */
class EndpointDisplayTest {

    @ParameterizedTest
    @CsvSource({
        "/v2/credentials/11111111-2222-3333-4444-555555555555, /v2/credentials/11111111...",
        "/v2/credentials/11111111-2222-3333-4444-555555555555/, /v2/credentials/11111111.../",
        "/v2/credentials/only-letters-here, /v2/credentials/only-let...",
        "/v2/credentials/abc, /v2/credentials/abc",
        "/v3/11111111-2222-3333-4444-555555555555, /v3/11111111...",
        "/v3/credentials/0123456789abcdef, /v3/credentials/01234567...",
        "/v2/credentials/%31%31%31%31%31%31, /v2/credentials/%31%31%3...",
        "/x/11111111-2222-3333-4444-555555555555/y, /x/11111111.../y",
        "/x/aB3dE6gH9jK2mN5pQ8sT, /x/aB3dE6gH...",
        "/v1/credentials?id=11111111-2222-3333-4444-555555555555, /v1/credentials",
        "/v1/credentials, /v1/credentials",
        "/latest/meta-data/container/security-credentials, /latest/meta-data/container/security-credentials",
        "/2016-11-01/credentialprovider/, /2016-11-01/credentialprovider/",
        "/role/my-role-of-2026, /role/my-role-of-2026",
        "/role-arn/arn:aws:iam::111122223333:role/Cart, /role-arn/arn:aws:iam::111122223333:role/Cart",
        "/, /",
        "/a/, /a/",
    })
    void the_uri_is_shown_without_its_query_and_with_the_beginning_of_its_id(String path, String shown) {
        AgentEndpoint endpoint = AgentUri.relative(path, "X", null, "Y");

        assertThat(endpoint.display()).isEqualTo("http://169.254.170.2" + shown);
        assertThat(endpoint.toString()).isEqualTo("AgentEndpoint(http://169.254.170.2" + shown + ")");
        assertThat(AgentUri.parse("http://169.254.170.2" + path, "X").display()).isEqualTo(endpoint.display());
    }

    @Test
    void what_an_agent_may_repeat_of_the_uri_are_its_query_and_its_ids() {
        assertThat(AgentUri.parse("http://127.0.0.1:9/v2/credentials/11111111-2222-3333-4444-555555555555?a=b&c", "X")
                        .secrets())
                .containsExactly("a=b&c", "b", "c", "11111111-2222-3333-4444-555555555555");
        assertThat(AgentUri.parse("http://127.0.0.1:9", "X").secrets()).isEmpty();
    }
}
