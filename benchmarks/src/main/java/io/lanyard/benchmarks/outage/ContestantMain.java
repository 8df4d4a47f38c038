// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Runs a contestant in its own JVM. It reads orders from stdin, answers on stdout, and exits at the end of stdin.
 *
 * <ul>
 *   <li>{@code warm}: make one call; answers {@code warm <expiration>} or {@code failed <exception>}
 *   <li>{@code go}: start the callers
 *   <li>{@code once}: make one call per caller; answers {@code done}
 *   <li>{@code outage}: the outage begins
 *   <li>{@code recovered}: the outage has ended; answers {@code fresh} after the first call with new credentials
 *   <li>{@code stop}: stop the callers and close the provider; answers {@code figures <line>}
 * </ul>
 */
final class ContestantMain {
    private static final Duration GRACE = Duration.ofMillis(500);
    private static final Duration ONCE_LIMIT = Duration.ofSeconds(45);

    private ContestantMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int threads = Integer.parseInt(args[1]);
        Duration think = Duration.ofMillis(Long.parseLong(args[2]));
        AwsCredentialsProvider provider = Contestant.valueOf(args[0]).provider();
        Callers callers = new Callers(provider, () -> say("fresh"));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        openTheSocketOfTheJdk();
        say("up");
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            switch (order) {
                case "warm" -> say(warm(callers));
                case "go" -> callers.start(threads, think);
                case "once" -> {
                    callers.once(threads, ONCE_LIMIT);
                    say("done");
                }
                case "outage" -> callers.outageBegan();
                case "recovered" -> callers.outageEnded();
                case "stop" -> {
                    Figures figures = callers.stop(GRACE);
                    ((SdkAutoCloseable) provider).close();
                    say("figures " + figures.line());
                }
                default -> throw new IllegalArgumentException(order);
            }
        }
        Runtime.getRuntime().halt(0); // callers may still be blocked
    }

    /** After the first close, the JDK keeps one socket open for ever; no contestant may be charged with it. */
    private static void openTheSocketOfTheJdk() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(0, 1, loopback);
                Socket client = new Socket(loopback, listener.getLocalPort());
                Socket server = listener.accept()) {
            client.shutdownOutput();
            server.shutdownOutput();
        }
    }

    private static String warm(Callers callers) {
        try {
            return "warm " + callers.warm();
        } catch (RuntimeException e) {
            return "failed " + e;
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
