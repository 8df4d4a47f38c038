// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.CredentialsException;
import io.lanyard.container.AgentEndpoint.HostPolicy;
import io.lanyard.spi.HostResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Whatever stands in the settings, a token goes to no address beyond the rule. */
class AgentEndpointProperties {

    private static final HostPolicy RULE = new HostPolicy(Set.of(), false);

    @Property
    void any_text_is_a_uri_or_refused(@ForAll String text) {
        assertThat(parsed(text))
                .satisfiesAnyOf(e -> assertThat(e).isNull(), e -> assertThat(e).isNotNull());
        assertThat(parsed("http://" + text))
                .satisfiesAnyOf(e -> assertThat(e).isNull(), AgentEndpointProperties::sound);
    }

    @Property(tries = 5000)
    void a_token_goes_over_http_to_an_allowed_address_only(@ForAll("uris") String uri, @ForAll @Size(4) byte[] answer)
            throws UnknownHostException {
        AgentEndpoint endpoint = parsed(uri);
        if (endpoint == null) {
            return;
        }
        sound(endpoint);
        InetAddress resolved = InetAddress.getByAddress(answer);
        List<InetAddress> addresses;
        try {
            addresses = endpoint.addresses(host -> List.of(resolved), RULE);
        } catch (CredentialsException e) {
            return;
        }
        if (!endpoint.secure()) {
            assertThat(addresses).isNotEmpty().allMatch(IpLiteral::isAgentAddress);
        }
        List<InetAddress> restricted;
        try {
            restricted = endpoint.addresses(HostResolver.literalsOnly(), new HostPolicy(Set.of(), true));
        } catch (CredentialsException e) {
            return;
        }
        assertThat(restricted).isNotEmpty().allMatch(IpLiteral::isAgentAddress);
    }

    @Property
    void no_path_changes_the_host_of_a_relative_uri(@ForAll("paths") String path) {
        for (String service : List.of("", "http://127.0.0.1:51679", "http://127.0.0.1:51679/base/")) {
            AgentEndpoint endpoint;
            try {
                endpoint = AgentUri.relative(path, "PATH", service.isEmpty() ? null : service, "SERVICE");
            } catch (CredentialsException e) {
                continue;
            }
            assertThat(endpoint.host()).isEqualTo(service.isEmpty() ? "169.254.170.2" : "127.0.0.1");
            assertThat(endpoint.port()).isEqualTo(service.isEmpty() ? 80 : 51679);
            assertThat(endpoint.target()).endsWith(path).startsWith("/");
        }
    }

    private static @Nullable AgentEndpoint parsed(String uri) {
        try {
            return AgentUri.parse(uri, "URI");
        } catch (CredentialsException e) {
            return null;
        }
    }

    private static void sound(@Nullable AgentEndpoint endpoint) {
        assertThat(endpoint).isNotNull();
        if (endpoint != null) {
            assertThat(endpoint.scheme()).isIn("http", "https");
            assertThat(endpoint.port()).isBetween(1, 65_535);
            assertThat(endpoint.host()).matches("[A-Za-z0-9._-]+|\\[[0-9a-f:]+]");
            assertThat(endpoint.target()).startsWith("/").doesNotContainPattern("[^!-~]|#");
        }
    }

    @Provide
    Arbitrary<String> uris() {
        Arbitrary<String> host = Arbitraries.oneOf(
                Arbitraries.of(
                        "127.0.0.1",
                        "127.1",
                        "0x7f.1",
                        "localhost",
                        "[::1]",
                        "[fd00:ec2::23]",
                        "169.254.170.23",
                        "169.254.169.254",
                        "[::ffff:127.0.0.1]",
                        "[::1%25lo]",
                        "evil.example"),
                Arbitraries.strings().withChars("0123456789.:[]%fx@-_").ofMaxLength(18));
        Arbitrary<String> port = Arbitraries.of(
                "", ":", ":80", ":0", ":65536", ":8080", ":x", "@evil.example", "\\@evil.example", ".evil.example");
        return Combinators.combine(
                        Arbitraries.of("http://", "https://", "HTTP://", "http:/", "ftp://"), host, port, paths())
                .as((scheme, name, end, path) -> scheme + name + end + path);
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "",
                        "/",
                        "/v1/credentials",
                        "/@evil.example",
                        "/..//x?y=z",
                        "?x",
                        "#x",
                        "//evil.example",
                        "/ x",
                        "/\n"),
                Arbitraries.strings().withChars("/?@:.%ab\\#").ofMaxLength(12),
                Arbitraries.strings().ofMaxLength(6).map(s -> "/" + s));
    }
}
