// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ChildTest {

    @Test
    void output_and_status_of_a_child_are_returned() throws Exception {
        Child.Ended ended = Child.run(jvm("prints"), Duration.ofSeconds(60));

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.output()).hasSize(200_000).startsWith("xxx");
    }

    @Test
    void a_child_that_hangs_is_killed_and_its_threads_are_shown() {
        assertThatThrownBy(() -> Child.run(jvm("hangs"), Duration.ofSeconds(3)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("did not exit within PT3S")
                .hasMessageContaining("Full thread dump")
                .hasMessageContaining("ChildTest$Main.main");
    }

    private static ProcessBuilder jvm(String argument) {
        return new ProcessBuilder(
                        Child.java(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        argument)
                .redirectErrorStream(true);
    }

    static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            if (arguments[0].equals("hangs")) {
                new CountDownLatch(1).await();
            }
            System.out.write("x".repeat(200_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            System.out.flush();
            System.exit(3);
        }
    }
}
