// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.container.AgentEndpoint.HostPolicy;
import io.lanyard.internal.transport.HostLookup;
import io.lanyard.spi.HostResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a token may go. */
class AgentEndpointTest {

    private static final HostPolicy RULE = new HostPolicy(Set.of(), false);
    private static final InetAddress LOOPBACK = address(127, 0, 0, 1);
    private static final InetAddress LINK_LOCAL = address(169, 254, 169, 254);
    private static final InetAddress PUBLIC = address(192, 0, 2, 1);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://127.0.0.1:1/",
                "http://127.0.0.1:65535/",
                "http://127.0.0.1:080/",
                "http://127.255.255.254/x",
                "http://169.254.170.2",
                "http://169.254.170.23:8080?x",
                "HTTP://169.254.170.23/",
                "http://[::1]/",
                "http://[0:0:0:0:0:0:0:1]/",
                "http://[0000:0000::0001]:8080/",
                "http://[fd00:ec2::23]/",
                "http://[FD00:EC2::23]/",
                "http://[fd00:0ec2:0:0:0:0:0:23]/",
                "http://[fd00:0EC2:0000:0000:0000:0000:0000:0023]/",
                "http://[fd00:ec2:0::0:23]/",
            })
    void a_token_goes_to_this_literal(String uri) {
        AgentEndpoint endpoint = AgentUri.parse(uri, "URI");

        assertThat(endpoint.addresses(HostResolver.literalsOnly(), RULE)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://128.0.0.1/",
                "http://126.255.255.255/",
                "http://0.0.0.0/",
                "http://169.254.169.254/",
                "http://169.254.170.1/",
                "http://169.254.170.3/",
                "http://169.254.170.22/",
                "http://169.254.170.24/",
                "http://10.0.0.1/",
                "http://192.0.2.1/",
                "http://[::]/",
                "http://[::2]/",
                "http://[fd00:ec2::24]/",
                "http://[fd00:ec2::254]/",
                "http://[fd00:ec2::1:23]/",
                "http://[fe80::1]/",
                // IPv4 in IPv6 clothes
                "http://[::7f00:1]/",
                "http://[::127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::FFFF:A9FE:AA17]/",
                "http://[0:0:0:0:0:ffff:7f00:1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[2002:7f00:1::]/",
                // zones
                "http://[::1%lo]/",
                "http://[::1%25lo]/",
                "http://[fd00:ec2::23%25eth0]/",
                // numbers that only some parties read as an address
                "http://127.1/",
                "http://127.0.1/",
                "http://2130706433/",
                "http://0177.0.0.1/",
                "http://0177.0.0.01/",
                "http://127.0.0.01/",
                "http://0x7f.1/",
                "http://0x7f.0.0.1/",
                "http://0x7f000001/",
                "http://127.0.0.0x1/",
                "http://017700000001/",
                "http://127.0.0.1./",
                "http://127.0.0.256/",
                "http://127.0.0.1.1/",
                "http://127..1/",
                "http://127.0.0.1e0.1/",
                "http://0/",
                "http://0x/",
                "http://[v1.x]/",
            })
    void no_token_goes_to_this_literal(String uri) {
        assertThat(refusal(uri)).isEqualTo(Category.HOST_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http",
                "http:",
                "http:/127.0.0.1/",
                "http:127.0.0.1/",
                "http:///x",
                "http://",
                "http://:80/",
                "http://?x",
                "//127.0.0.1/",
                "127.0.0.1",
                "ftp://127.0.0.1/",
                "file:///etc/passwd",
                "jar:http://127.0.0.1/!/",
                "javascript://127.0.0.1/",
                "https2://127.0.0.1/",
                " http://127.0.0.1/",
                "http ://127.0.0.1/",
                // who the request is for
                "http://user@127.0.0.1/",
                "http://user:CANARY@127.0.0.1/",
                "http://127.0.0.1@evil.example/",
                "http://evil.example@127.0.0.1/",
                "http://127.0.0.1:80@evil.example/",
                "http://127.0.0.1:@evil.example/",
                "http://@127.0.0.1/",
                "http://127.0.0.1%40evil.example/",
                "http://evil.example\\@127.0.0.1/",
                "http://127.0.0.1\\@evil.example/",
                "http://127.0.0.1\\.evil.example/",
                "http:\\\\127.0.0.1\\",
                "http://127.0.0.1;evil/",
                "http://127.0.0.1,evil.example/",
                "http://(127.0.0.1)/",
                "http://%31%32%37.0.0.1/",
                "http://127.0.0.1%00.evil.example/",
                "http://127.0.0.1%2f.evil.example/",
                "http://local*host/",
                "http://*/",
                "http://\"127.0.0.1\"/",
                "http://127.0.0.1|x/",
                "http://${HOST}/",
                // brackets
                "http://[::1/",
                "http://[::1]x/",
                "http://[::1]evil.example/",
                "http://[::1].evil.example/",
                "http://[[::1]]/",
                "http://[]/",
                "http://[:]/",
                "http://[:::1]/",
                "http://[1::2::3]/",
                "http://[::12345]/",
                "http://[::g]/",
                "http://[1:2:3:4:5:6:7]/",
                "http://[1:2:3:4:5:6:7:8:9]/",
                "http://[1:2:3:4:5:6:7:8::]/",
                "http://[1:2:3:4::5:6:7:8]/",
                "http://[:1:2:3:4:5:6:7]/",
                "http://[1:2:3:4:5:6:7:]/",
                "http://::1/",
                "http://fd00:ec2::23/",
                // ports
                "http://127.0.0.1:/",
                "http://127.0.0.1:0/",
                "http://127.0.0.1:00000/",
                "http://127.0.0.1:65536/",
                "http://127.0.0.1:99999/",
                "http://127.0.0.1:000080/",
                "http://127.0.0.1:-1/",
                "http://127.0.0.1:+80/",
                "http://127.0.0.1:8o/",
                "http://127.0.0.1:80:80/",
                "http://127.0.0.1: 80/",
                "http://[::1]:/",
                "http://[::1]80/",
                // characters
                "http://127.0.0.1/#fragment",
                "http://127.0.0.1#@evil.example/",
                "http://127.0.0.1/a b",
                "http://127.0.0.1/a\tb",
                "http://127.0.0.1/a\nb",
                "http://127.0.0.1/\r\nX-Header: CANARY",
                "http://127.0.0.1/\u0000",
                "http://127.0.0.1/\u007f",
                "http://127.0.0.1/\u00e4",
                "http://127.0.0.1\n.evil.example/",
                "http://loc\u00e4lhost/",
                "http://\u0661\u0662\u0667.0.0.1/",
                "http://127\u30020\u30020\u30021/",
                "http://\uff11\uff12\uff17.0.0.1/",
                "http://127.0.0.1\u200b/",
            })
    void this_is_no_uri_for_an_agent(String uri) {
        CredentialsException refusal =
                catchThrowableOfType(CredentialsException.class, () -> AgentUri.parse(uri, "URI"));

        assertThat(refusal.category()).isEqualTo(Category.INVALID_URI);
        assertThat(refusal.recoverable()).isFalse();
        assertThat(refusal.remedy()).isPresent();
        assertThat(refusal).hasMessageStartingWith("INVALID_URI: URI ").hasMessageNotContaining("CANARY");
    }

    @ParameterizedTest
    @CsvSource({
        "http://169.254.170.23, /",
        "http://169.254.170.23/, /",
        "http://169.254.170.23?a=b, /?a=b",
        "http://169.254.170.23/?, /?",
        "http://169.254.170.23/v1//x/../y;z=%2F%zz?a=b?c&d=/e@f:g, /v1//x/../y;z=%2F%zz?a=b?c&d=/e@f:g",
        "http://[::1]?a@b, /?a@b",
        "http://169.254.170.23//evil.example/, //evil.example/",
    })
    void path_and_query_go_out_byte_for_byte(String uri, String target) {
        assertThat(AgentUri.parse(uri, "URI").target()).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource({
        "http://[FD00:0EC2:0:0:0:0:0:23]/, '[fd00:ec2::23]', 80",
        "http://[fd00:ec2::23]:8080/, '[fd00:ec2::23]', 8080",
        "http://169.254.170.2/, 169.254.170.2, 80",
        "http://LocalHost:81/, LocalHost, 81",
        "https://my_agent.example/, my_agent.example, 443",
        "HTTPS://127.0.0.1:444, 127.0.0.1, 444",
    })
    void the_host_is_a_name_as_given_or_a_literal_in_canonical_text(String uri, String host, int port) {
        AgentEndpoint endpoint = AgentUri.parse(uri, "URI");

        assertThat(endpoint.host()).isEqualTo(host);
        assertThat(endpoint.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:80/x, http://127.0.0.1/x",
        "http://127.0.0.1:81/x?token=CANARY, http://127.0.0.1:81/x",
        "https://a.example:443?token=CANARY, https://a.example/",
        "https://a.example:80/, https://a.example:80/",
        "http://[::1]:443/, http://[::1]:443/",
    })
    void what_is_shown_has_no_query_and_no_needless_port(String uri, String shown) {
        assertThat(AgentUri.parse(uri, "URI").display()).isEqualTo(shown);
    }

    @Test
    void a_name_has_at_most_253_characters() {
        assertThat(AgentUri.parse("http://" + "a".repeat(253) + "/", "URI").host())
                .hasSize(253);
        assertThat(refusal("http://" + "a".repeat(254) + "/")).isEqualTo(Category.INVALID_URI);
    }

    @Test
    void a_uri_has_at_most_8_kib() {
        String head = "http://127.0.0.1/";

        assertThat(AgentUri.parse(head + "x".repeat(8192 - head.length()), "URI")
                        .target())
                .hasSize(8192 - head.length() + 1);
        assertThat(refusal(head + "x".repeat(8193 - head.length()))).isEqualTo(Category.INVALID_URI);
        assertThat(catchThrowableOfType(
                                CredentialsException.class,
                                () -> AgentUri.relative("/" + "x".repeat(8192), "PATH", null, "SERVICE"))
                        .category())
                .isEqualTo(Category.INVALID_URI);
    }

    // names

    @Test
    void a_name_may_have_several_addresses_when_all_are_allowed() {
        HostResolver resolver = name(LOOPBACK, address(169, 254, 170, 2));

        assertThat(AgentUri.parse("http://agent/", "URI").addresses(resolver, RULE))
                .containsExactly(LOOPBACK, address(169, 254, 170, 2));
    }

    @Test
    void of_thousands_of_addresses_all_are_checked_and_sixteen_are_tried() throws Exception {
        List<InetAddress> many = new ArrayList<>(Collections.nCopies(5_000, LOOPBACK));
        AgentEndpoint endpoint = AgentUri.parse("http://agent/", "URI");

        assertThat(endpoint.addresses(host -> many, RULE)).hasSize(16);
        assertThat(HostLookup.first(many)).hasSize(16);
        many.add(PUBLIC);
        assertThat(catchThrowableOfType(CredentialsException.class, () -> endpoint.addresses(host -> many, RULE))
                        .category())
                .isEqualTo(Category.HOST_NOT_ALLOWED);
    }

    @Test
    void one_address_that_is_not_allowed_spoils_the_name() {
        for (List<InetAddress> addresses :
                List.of(List.of(LOOPBACK, PUBLIC), List.of(PUBLIC, LOOPBACK), List.of(LINK_LOCAL))) {
            AgentEndpoint endpoint = AgentUri.parse("http://agent/", "URI");
            CredentialsException refusal =
                    catchThrowableOfType(CredentialsException.class, () -> endpoint.addresses(host -> addresses, RULE));

            assertThat(refusal.category()).isEqualTo(Category.HOST_NOT_ALLOWED);
            assertThat(refusal).hasMessageContaining("'agent', which resolves to 1");
            assertThat(refusal.recoverable()).isFalse();
        }
    }

    @Test
    void a_name_without_an_address_is_not_allowed_and_may_have_one_later() {
        for (HostResolver resolver : List.<HostResolver>of(host -> List.of(), host -> {
            throw new UnknownHostException(host);
        })) {
            CredentialsException refusal = catchThrowableOfType(
                    CredentialsException.class,
                    () -> AgentUri.parse("http://agent/", "URI").addresses(resolver, RULE));

            assertThat(refusal.category()).isEqualTo(Category.HOST_NOT_ALLOWED);
            assertThat(refusal.recoverable()).isTrue();
        }
    }

    @Test
    void where_names_are_not_resolved_a_name_is_an_invalid_uri() {
        CredentialsException refusal = catchThrowableOfType(
                CredentialsException.class,
                () -> AgentUri.parse("http://agent/", "URI").addresses(HostResolver.literalsOnly(), RULE));

        assertThat(refusal.category()).isEqualTo(Category.INVALID_URI);
    }

    // https and options

    @Test
    void https_goes_anywhere_and_leaves_names_to_the_certificate() {
        assertThat(AgentUri.parse("https://a.example/", "URI").addresses(HostResolver.literalsOnly(), RULE))
                .isEmpty();
        assertThat(AgentUri.parse("https://192.0.2.1/", "URI").addresses(HostResolver.literalsOnly(), RULE))
                .containsExactly(PUBLIC);
    }

    @ParameterizedTest
    @CsvSource({
        "https://[::ffff:152.16.24.123]/x, '[::ffff:9810:187b]', /152.16.24.123",
        "https://[::FFFF:9810:187B]/x, '[::ffff:9810:187b]', /152.16.24.123",
        "https://[0:0:0:0:0:ffff:152.16.24.123]:8443/x, '[::ffff:9810:187b]', /152.16.24.123",
        "https://[64:ff9b::152.16.24.123]/x, '[64:ff9b::9810:187b]', /64:ff9b:0:0:0:0:9810:187b",
    })
    void https_goes_to_an_ipv4_address_written_as_ipv6(String uri, String host, String address) {
        AgentEndpoint endpoint = AgentUri.parse(uri, "URI");

        assertThat(endpoint.host()).isEqualTo(host);
        assertThat(endpoint.addresses(HostResolver.literalsOnly(), RULE))
                .singleElement()
                .hasToString(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://[::ffff:152.16.24]/",
                "https://[::ffff:152.16.24.256]/",
                "https://[::ffff:152.16.24.01]/",
                "https://[152.16.24.123]/",
                "https://[::152.16.24.123::]/",
                "https://[::1.2.3.4:5]/",
                "https://[1:2:3:4:5:6:7:1.2.3.4]/",
                "https://[.]/",
            })
    void https_goes_to_no_text_that_is_only_like_an_address(String uri) {
        assertThat(refusal(uri)).isEqualTo(Category.INVALID_URI);
    }

    @Test
    void https_that_is_held_to_the_rule_goes_to_no_loopback_address_written_as_ipv6() {
        AgentEndpoint endpoint = AgentUri.parse("https://[::ffff:127.0.0.1]/", "URI");

        assertThat(catchThrowableOfType(
                                CredentialsException.class,
                                () -> endpoint.addresses(HostResolver.literalsOnly(), new HostPolicy(Set.of(), true)))
                        .category())
                .isEqualTo(Category.HOST_NOT_ALLOWED);
    }

    @Test
    void https_too_can_be_held_to_the_rule() {
        HostPolicy strict = new HostPolicy(Set.of(), true);

        assertThat(AgentUri.parse("https://agent/", "URI").addresses(name(LOOPBACK), strict))
                .containsExactly(LOOPBACK);
        for (String uri : List.of("https://192.0.2.1/", "https://agent/")) {
            CredentialsException refusal = catchThrowableOfType(
                    CredentialsException.class, () -> AgentUri.parse(uri, "URI").addresses(name(PUBLIC), strict));
            assertThat(refusal.category()).isEqualTo(Category.HOST_NOT_ALLOWED);
        }
    }

    @Test
    void a_host_that_the_application_allows_may_have_any_address() {
        Map<String, String> allowed = Map.of(
                "http://Agent.Local:81/", "agent.local",
                "http://192.0.2.1/", "192.0.2.1",
                "http://[2001:DB8::1]/", "[2001:db8::1]");
        allowed.forEach((uri, host) -> assertThat(
                        AgentUri.parse(uri, "URI").addresses(name(PUBLIC), new HostPolicy(Set.of(host), true)))
                .hasSize(1));
    }

    @Test
    void a_host_that_the_application_allows_is_no_other_host() {
        HostPolicy policy = new HostPolicy(Set.of("agent.local"), false);
        for (String uri : List.of("http://agent.local.evil.example/", "http://xagent.local/", "http://192.0.2.1/")) {
            assertThat(catchThrowableOfType(
                                    CredentialsException.class,
                                    () -> AgentUri.parse(uri, "URI").addresses(name(PUBLIC), policy))
                            .category())
                    .as(uri)
                    .isEqualTo(Category.HOST_NOT_ALLOWED);
        }
    }

    // relative URIs

    @ParameterizedTest
    @CsvSource({
        "/v2/credentials/id, , http://169.254.170.2/v2/credentials/id",
        "/, , http://169.254.170.2/",
        "/x?y=z, http://127.0.0.1:51679, http://127.0.0.1:51679/x",
        "/x, http://127.0.0.1:51679/, http://127.0.0.1:51679/x",
        "/x, http://127.0.0.1:51679/base, http://127.0.0.1:51679/base/x",
        "/x, http://127.0.0.1:51679/base/, http://127.0.0.1:51679/base/x",
        "/x, https://agent.example/, https://agent.example/x",
        "/@evil.example/, , http://169.254.170.2/@evil.example/",
        "/:80@evil.example, , http://169.254.170.2/:80@evil.example",
    })
    void a_relative_uri_is_a_path_at_the_service_endpoint(String path, String service, String shown) {
        assertThat(AgentUri.relative(path, "PATH", service, "SERVICE").display())
                .isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v2/x",
                "//evil.example/x",
                "///x",
                "http://127.0.0.1/x",
                "?x",
                "@evil.example",
                ".evil.example",
                ":80/x"
            })
    void a_relative_uri_starts_with_exactly_one_slash(String path) {
        CredentialsException refusal = catchThrowableOfType(
                CredentialsException.class, () -> AgentUri.relative(path, "PATH", null, "SERVICE"));

        assertThat(refusal.category()).isEqualTo(Category.INVALID_URI);
        assertThat(refusal).hasMessageContaining("PATH must start with exactly one '/'");
    }

    @ParameterizedTest
    @CsvSource({
        "/x#y, http://127.0.0.1, PATH",
        "/x y, http://127.0.0.1, PATH",
        "/x\u007f, , PATH",
        "/x, http://127.0.0.1?query, SERVICE",
        "/x, 127.0.0.1:51679, SERVICE",
        "/x, http://u@127.0.0.1, SERVICE",
    })
    void the_setting_at_fault_is_named(String path, String service, String setting) {
        assertThat(catchThrowableOfType(
                        CredentialsException.class, () -> AgentUri.relative(path, "PATH", service, "SERVICE")))
                .hasMessageStartingWith("INVALID_URI: " + setting + " ");
    }

    @Test
    void a_service_endpoint_is_held_to_the_same_rule() {
        AgentEndpoint endpoint = AgentUri.relative("/x", "PATH", "http://192.0.2.1", "SERVICE");

        assertThat(catchThrowableOfType(
                                CredentialsException.class, () -> endpoint.addresses(HostResolver.literalsOnly(), RULE))
                        .category())
                .isEqualTo(Category.HOST_NOT_ALLOWED);
    }

    private static HostResolver name(InetAddress... addresses) {
        return host -> List.of(addresses);
    }

    private static Category refusal(String uri) {
        return catchThrowableOfType(
                        CredentialsException.class,
                        () -> AgentUri.parse(uri, "URI").addresses(host -> List.of(LOOPBACK), RULE))
                .category();
    }
}
