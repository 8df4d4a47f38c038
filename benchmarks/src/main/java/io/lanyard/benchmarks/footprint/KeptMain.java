// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.footprint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * A JVM of its own, which keeps providers and says what is left of the heap and of threads, on one line: {@code
 * <threads before the first call> <bytes of each not yet called> <bytes of each with credentials> <threads>}.
 */
final class KeptMain {
    /** Classes, and tables that grow, are there when the measuring begins. */
    private static final int WARMING = 50;

    /** A collection can leave what the next one takes, once the JVM's own threads have let go of it. */
    private static final int MOST_COLLECTIONS = 100;

    private static final long BETWEEN_COLLECTIONS_NANOS = 50_000_000L;
    private static final int ALIKE = 5;

    /** After a load a thread may live on for a moment, for the next one's sake. */
    private static final long SETTLING_NANOS = 6_000_000_000L;

    private KeptMain() {}

    public static void main(String[] args) {
        Kept kept = Kept.valueOf(args[0]);
        int number = Integer.parseInt(args[1]);
        List<AwsCredentialsProvider> providers = new ArrayList<>(WARMING + number);
        Set<Thread> own = Thread.getAllStackTraces().keySet();

        add(providers, kept, WARMING);
        int threadsUnused = threads(own);
        providers.forEach(AwsCredentialsProvider::resolveCredentials);
        LockSupport.parkNanos(SETTLING_NANOS);
        long warm = used();
        add(providers, kept, number);
        long built = used();
        providers.subList(WARMING, providers.size()).forEach(AwsCredentialsProvider::resolveCredentials);
        LockSupport.parkNanos(SETTLING_NANOS);
        long resolved = used();
        int threads = threads(own);
        providers.forEach(AwsCredentialsProvider::resolveCredentials); // still all there
        System.out.println(
                threadsUnused + " " + (built - warm) / number + " " + (resolved - warm) / number + " " + threads);
        Runtime.getRuntime().halt(0);
    }

    private static void add(List<AwsCredentialsProvider> providers, Kept kept, int number) {
        for (int i = 0; i < number; i++) {
            providers.add(kept.provider());
        }
    }

    /** What the heap holds when collections do not take any more of it. */
    private static long used() {
        long least = Long.MAX_VALUE;
        int alike = 0;
        for (int i = 0; i < MOST_COLLECTIONS && alike < ALIKE; i++) {
            System.gc();
            LockSupport.parkNanos(BETWEEN_COLLECTIONS_NANOS);
            long used =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            alike = used < least ? 0 : alike + 1;
            least = Math.min(least, used);
        }
        return least;
    }

    private static int threads(Set<Thread> own) {
        Set<Thread> all = Thread.getAllStackTraces().keySet();
        return (int) all.stream().filter(thread -> !own.contains(thread)).count();
    }
}
