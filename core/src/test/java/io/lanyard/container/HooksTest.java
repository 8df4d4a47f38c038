// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Child;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The hooks of the JVM are traps here; in a JVM of its own, so that this one stays as it was. */
@Tag("slow")
class HooksTest {

    private static List<String> said = List.of();

    @BeforeAll
    static void run() throws Exception {
        ProcessBuilder probe = new ProcessBuilder(
                        Child.java(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HooksProbe.class.getName())
                .redirectErrorStream(true);
        Child.Ended ended = Child.run(probe, Duration.ofSeconds(60));
        assertThat(ended.status()).as(ended.output()).isZero();
        said = ended.output().lines().toList();
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
        assertThat(said).contains("http: ASIAEXAMPLE", "401: HTTP_STATUS", "302: HTTP_STATUS", "https: UNREACHABLE");
        assertThat(said).filteredOn(line -> line.startsWith("after: ")).isEmpty();
    }
}
