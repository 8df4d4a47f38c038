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
 * A contestant's own JVM. It is told what to do by lines on its standard input and answers on its standard output; at
 * the end of its input it goes.
 *
 * <ul>
 *   <li>{@code warm}: one call; {@code warm <end of the credentials>} or {@code cold <why>}
 *   <li>{@code go}: calls begin
 *   <li>{@code once}: one call of each caller; {@code done}
 *   <li>{@code outage}: the outage begins
 *   <li>{@code healed}: the outage has ended; {@code fresh} as soon as there are new credentials
 *   <li>{@code stop}: calls end and the provider is closed; {@code figures <line>}
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
        useSockets();
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
                case "healed" -> callers.outageEnded();
                case "stop" -> {
                    Figures figures = callers.stop(GRACE);
                    ((SdkAutoCloseable) provider).close();
                    say("figures " + figures.line());
                }
                default -> throw new IllegalArgumentException(order);
            }
        }
        Runtime.getRuntime().halt(0); // callers may still wait
    }

    /** The JDK keeps one socket for good as soon as it has closed one; that is nobody's leak. */
    private static void useSockets() throws IOException {
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
            return "cold " + e;
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
