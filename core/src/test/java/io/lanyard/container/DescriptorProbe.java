// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import com.sun.management.UnixOperatingSystemMXBean;
import io.lanyard.CredentialsException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Fetches from each URI in turn and says how many descriptors that left open. */
final class DescriptorProbe {

    private static final int THREADS = 16;

    private DescriptorProbe() {}

    @SuppressWarnings("SystemOut") // it is how the test hears of it
    public static void main(String[] arguments) throws Exception {
        int fetches = Integer.parseInt(arguments[0]);
        List<ContainerCredentialsSource> sources = new ArrayList<>();
        for (String uri : List.of(arguments).subList(1, arguments.length)) {
            sources.add(ContainerCredentialsSource.builder()
                    .fullUri(uri)
                    .token("eyJ.token-CANARY")
                    .maxAttempts(1)
                    .startupPatience(Duration.ZERO)
                    .attemptTimeout(Duration.ofMillis(40))
                    .executor(Runnable::run)
                    .build());
        }
        AtomicInteger failed = new AtomicInteger();
        run(sources, sources.size() * THREADS, new AtomicInteger()); // what is opened once, and loaded
        control(); // and what counting opens
        long before = open();

        run(sources, fetches, failed);

        long left = settled(before);
        System.out.println(
                "fetches " + fetches + ", failed " + failed.get() + ", left " + left + ", control " + control());
        System.exit(0);
    }

    /** The counting itself must be able to see a descriptor: how many more there are with seven sockets. */
    private static long control() throws IOException {
        long before = open();
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            channels.add(SocketChannel.open());
        }
        long more = open() - before;
        for (SocketChannel channel : channels) {
            channel.close();
        }
        return more;
    }

    /** Every fetch has a source of its own, so that none shares another's flight. */
    private static void run(List<ContainerCredentialsSource> sources, int fetches, AtomicInteger failed)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < fetches; i++) {
            ContainerCredentialsSource source =
                    sources.get(i % sources.size()).toBuilder().build();
            all.add(threads.submit(() -> {
                try {
                    source.resolve();
                } catch (CredentialsException e) {
                    failed.incrementAndGet();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
    }

    /** How many more than before, once that number has stopped falling; without a collection that would hide a leak. */
    private static long settled(long before) throws Exception {
        long left = open() - before;
        for (int i = 0; i < 20 && left > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
            left = open() - before;
        }
        return left;
    }

    private static long open() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }
}
