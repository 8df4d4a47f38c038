// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The hooks of the JVM are traps here; in a JVM of its own, so that this one stays as it was. */
@Tag("slow")
class HooksTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HooksProbe.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(output).isZero();
        said = new ArrayList<>(output.lines().toList());
    }

    /** Without this, the next test could not fail. */
    @Test
    void the_traps_close_on_what_an_ordinary_client_does() {
        assertThat(said)
                .contains(
                        "before: ProxySelector",
                        "before: Authenticator",
                        "before: CookieHandler",
                        "before: ResponseCache",
                        "before: URLStreamHandlerFactory",
                        "before: http.proxyHost",
                        "before: https.proxyHost",
                        "before: socksProxyHost");
    }

    @Test
    void a_fetch_touches_no_hook_of_the_jvm() {
        assertThat(said).contains("http: ASIAEXAMPLE", "401: HttpStatus", "302: HttpStatus", "https: Unreachable");
        assertThat(said).filteredOn(line -> line.startsWith("after: ")).isEmpty();
    }
}
