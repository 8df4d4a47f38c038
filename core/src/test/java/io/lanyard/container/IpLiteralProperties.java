// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** The strict reading of literals against the JDK's, which is never stricter. */
class IpLiteralProperties {

    @Property
    void every_dotted_quad_is_read_as_the_jdk_reads_it(@ForAll @Size(4) byte[] bytes) throws Exception {
        InetAddress address = InetAddress.getByAddress(bytes);
        String text = address.getHostAddress();

        assertThat(IpLiteral.parseV4(text)).isEqualTo(address);
        assertThat(IpLiteral.canonical(address)).isEqualTo(text);
    }

    @Property
    void every_spelling_of_an_ipv6_address_is_read_as_the_jdk_reads_it(@ForAll("spellings") Spelling spelling)
            throws Exception {
        InetAddress read = IpLiteral.parseV6(spelling.text);

        assertThat(read).as(spelling.text).isNotNull();
        if (read == null) {
            return;
        }
        assertThat(read.getAddress()).isEqualTo(spelling.bytes());
        // the JDK makes an IPv4 address of a mapped one
        InetAddress jdk = jdk("[" + spelling.text + "]");
        if (!IpLiteral.isMapped(read)) {
            assertThat(jdk).isEqualTo(read);
        }
        assertThat(IpLiteral.isMapped(read)).isEqualTo(jdk.getAddress().length == 4);
    }

    @Property
    void the_canonical_text_is_read_back_and_is_the_only_one(@ForAll("spellings") Spelling spelling) {
        InetAddress read = IpLiteral.parseV6(spelling.text);
        assertThat(read).isNotNull();
        if (read == null) {
            return;
        }
        String canonical = IpLiteral.canonical(read);
        String bare = canonical.substring(1, canonical.length() - 1);

        assertThat(canonical).startsWith("[").endsWith("]").isEqualTo(canonical.toLowerCase(Locale.ROOT));
        assertThat(IpLiteral.parseV6(bare)).isEqualTo(read);
        // RFC 5952: no leading zeros, and a run of zeros that could be longer is never written out
        assertThat(bare).doesNotContainPattern("(^|:)0[0-9a-f]").doesNotContain(":::");
        if (!bare.contains("::")) {
            assertThat(bare).doesNotContainPattern("(^|:)0:0(:|$)");
        }
    }

    @Property(tries = 5000)
    void what_is_read_as_ipv4_is_a_strict_literal(
            @ForAll @CharRange(from = '0', to = '9') @Chars({'.', 'x', '-', ' '}) @StringLength(max = 16) String text)
            throws Exception {
        InetAddress read = IpLiteral.parseV4(text);

        if (read != null) {
            assertThat(text).matches("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
            assertThat(jdk(text)).isEqualTo(read);
            assertThat(read.getHostAddress()).isEqualTo(text);
        }
    }

    @Property(tries = 5000)
    void what_is_read_as_ipv6_is_a_strict_literal(
            @ForAll
                    @CharRange(from = '0', to = '3')
                    @Chars({':', ':', ':', 'f', 'F', 'g', '.', '%', ' '})
                    @StringLength(max = 20)
                    String text)
            throws Exception {
        InetAddress read = IpLiteral.parseV6(text);

        if (read != null) {
            assertThat(text).matches("[0-9a-fA-F:]+").doesNotContain(":::");
            if (!IpLiteral.isMapped(read)) {
                assertThat(jdk("[" + text + "]")).isEqualTo(read);
            }
        }
    }

    @Property
    void no_text_of_any_kind_makes_the_readers_throw(@ForAll String text) {
        InetAddress v4 = IpLiteral.parseV4(text);
        InetAddress v6 = IpLiteral.parseV6(text);

        assertThat(v4 == null || v6 == null).isTrue();
        assertThat(v4 == null || IpLiteral.looksNumeric(text)).isTrue();
    }

    @Property
    void agents_addresses_are_loopback_and_three_others(@ForAll @Size(4) byte[] bytes) throws Exception {
        InetAddress address = InetAddress.getByAddress(bytes);
        String text = address.getHostAddress();

        assertThat(IpLiteral.isAgentAddress(address))
                .isEqualTo(
                        address.isLoopbackAddress() || text.equals("169.254.170.2") || text.equals("169.254.170.23"));
    }

    @Example
    void the_agents_ipv6_address_has_one_canonical_text() {
        for (String text : List.of("fd00:ec2::23", "FD00:0EC2:0:0:0:0:0:0023", "fd00:ec2:0:0::23")) {
            InetAddress read = IpLiteral.parseV6(text);
            assertThat(read).isNotNull();
            assertThat(read == null ? "" : IpLiteral.canonical(read)).isEqualTo("[fd00:ec2::23]");
        }
    }

    @Example
    void the_longest_run_of_zeros_is_left_out_and_the_first_of_two() {
        Map<String, String> texts = Map.of(
                "1:0:0:2:3:0:0:4", "[1::2:3:0:0:4]",
                "1:0:0:2:0:0:0:4", "[1:0:0:2::4]",
                "1:0:2:3:4:5:6:7", "[1:0:2:3:4:5:6:7]",
                "0:0:0:0:0:0:0:0", "[::]",
                "1:0:0:0:0:0:0:0", "[1::]");
        texts.forEach((text, canonical) -> {
            InetAddress read = IpLiteral.parseV6(text);
            assertThat(read == null ? "" : IpLiteral.canonical(read)).isEqualTo(canonical);
        });
    }

    /** What the JDK reads; literals alone, so that no name service is asked. */
    private static InetAddress jdk(String literal) throws UnknownHostException {
        return InetAddress.getAllByName(literal)[0];
    }

    /** Eight groups and one way to write them. */
    record Spelling(List<Integer> groups, String text) {
        byte[] bytes() {
            byte[] bytes = new byte[16];
            for (int i = 0; i < 8; i++) {
                bytes[2 * i] = (byte) (groups.get(i) >> 8);
                bytes[2 * i + 1] = (byte) groups.get(i).intValue();
            }
            return bytes;
        }
    }

    @Provide
    Arbitrary<Spelling> spellings() {
        Arbitrary<Integer> group = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(1, Arbitraries.just(0xffff)),
                Tuple.of(3, Arbitraries.integers().between(0, 0xffff)));
        return Combinators.combine(
                        group.list().ofSize(8),
                        Arbitraries.integers().between(0, 7),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(true, false))
                .as(IpLiteralProperties::spell);
    }

    /** Leaves out the run of zeros that begins at the given group, if there is one. */
    private static Spelling spell(List<Integer> groups, int gapFrom, int padding, boolean upper) {
        int gapTo = gapFrom;
        while (gapTo < 8 && groups.get(gapTo) == 0) {
            gapTo++;
        }
        List<String> texts = new ArrayList<>();
        for (int group : groups) {
            String hex = Integer.toHexString(group);
            texts.add("0".repeat(Math.min(padding, 4 - hex.length())) + hex);
        }
        String text = gapTo == gapFrom
                ? String.join(":", texts)
                : String.join(":", texts.subList(0, gapFrom)) + "::" + String.join(":", texts.subList(gapTo, 8));
        return new Spelling(groups, upper ? text.toUpperCase(Locale.ROOT) : text);
    }
}
