// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.spi.AgentResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.Assertions;

/** A body comes through whole, however it is framed, chunked and delivered. */
class ResponseReaderProperties {

    enum Framing {
        LENGTH,
        CHUNKED,
        CLOSE
    }

    @Property
    void a_body_comes_through_whole_up_to_the_limit(
            @ForAll @Size(max = 3000) byte[] body,
            @ForAll Framing framing,
            @ForAll long seed,
            @ForAll @IntRange(max = 3100) int limit)
            throws Exception {
        byte[] wire = wire(body, framing, new Random(seed));

        AgentResponse response = ResponseReader.read(new Reluctant(wire, seed), limit);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(Arrays.copyOf(body, Math.min(limit, body.length)));
        assertThat(response.truncated()).isEqualTo(body.length > limit);
        assertThat(response.header("X-Test")).contains("yes");
    }

    @Property
    void an_answer_that_breaks_off_is_never_taken_for_a_whole_one(
            @ForAll @Size(min = 1, max = 300) byte[] body,
            @ForAll("framed") Framing framing,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 400) int missing) {
        byte[] wire = wire(body, framing, new Random(seed));
        byte[] cut = Arrays.copyOf(wire, Math.max(0, wire.length - missing));

        Assertions.assertThatThrownBy(() -> ResponseReader.read(new Reluctant(cut, seed), 64 * 1024))
                .isInstanceOf(EOFException.class);
    }

    @Provide
    Arbitrary<Framing> framed() {
        return Arbitraries.of(List.of(Framing.LENGTH, Framing.CHUNKED));
    }

    private static byte[] wire(byte[] body, Framing framing, Random random) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        String end = random.nextBoolean() ? "\r\n" : "\n";
        text(wire, "HTTP/1.1 200 OK" + end + "X-Test:yes" + end);
        switch (framing) {
            case LENGTH -> text(wire, "Content-Length: " + body.length + end + end);
            case CLOSE -> text(wire, end);
            case CHUNKED -> text(wire, "Transfer-Encoding: chunked" + end + end);
        }
        if (framing != Framing.CHUNKED) {
            wire.writeBytes(body);
            return wire.toByteArray();
        }
        for (int at = 0; at < body.length; ) {
            int size = Math.min(body.length - at, 1 + random.nextInt(random.nextBoolean() ? 9 : 900));
            String hex = Integer.toHexString(size);
            text(wire, (random.nextBoolean() ? "00" + hex : hex) + (random.nextInt(4) == 0 ? ";a=\"b\"" : "") + end);
            wire.write(body, at, size);
            text(wire, end);
            at += size;
        }
        text(wire, "0" + end + (random.nextBoolean() ? "Trailer: x" + end : "") + end);
        return wire.toByteArray();
    }

    private static void text(ByteArrayOutputStream wire, String text) {
        wire.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Gives as many bytes at a time as it pleases. */
    private static final class Reluctant extends FilterInputStream {
        private final Random random;

        Reluctant(byte[] bytes, long seed) {
            super(new ByteArrayInputStream(bytes));
            this.random = new Random(seed);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(random.nextBoolean() ? 3 : 5000)));
        }

        @Override
        public int available() {
            return 0;
        }
    }
}
