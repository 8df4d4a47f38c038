// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.footprint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Creates many providers in a separate JVM and prints one line: {@code <threads before the first call> <bytes per
 * provider before the first call> <bytes per provider with credentials> <threads>}.
 */
final class ProviderMain {
    /** Providers created before the measurement, so that classes are loaded and tables have grown. */
    private static final int WARMING = 50;

    /** Later collections can free what the JVM's own threads still referenced during earlier ones. */
    private static final int MOST_COLLECTIONS = 100;

    private static final long BETWEEN_COLLECTIONS_NANOS = 50_000_000L;
    private static final int UNCHANGED = 5;

    /** After a load its thread stays for a moment, in case of another load. */
    private static final long SETTLING_NANOS = 6_000_000_000L;

    private ProviderMain() {}

    public static void main(String[] args) {
        ProviderKind kind = ProviderKind.valueOf(args[0]);
        int number = Integer.parseInt(args[1]);
        List<AwsCredentialsProvider> providers = new ArrayList<>(WARMING + number);
        Set<Thread> own = Thread.getAllStackTraces().keySet();

        add(providers, kind, WARMING);
        int threadsUnused = threads(own);
        providers.forEach(AwsCredentialsProvider::resolveCredentials);
        LockSupport.parkNanos(SETTLING_NANOS);
        long warm = used();
        add(providers, kind, number);
        long built = used();
        providers.subList(WARMING, providers.size()).forEach(AwsCredentialsProvider::resolveCredentials);
        LockSupport.parkNanos(SETTLING_NANOS);
        long resolved = used();
        int threads = threads(own);
        providers.forEach(AwsCredentialsProvider::resolveCredentials); // keeps all of them reachable
        System.out.println(
                threadsUnused + " " + (built - warm) / number + " " + (resolved - warm) / number + " " + threads);
        Runtime.getRuntime().halt(0);
    }

    private static void add(List<AwsCredentialsProvider> providers, ProviderKind kind, int number) {
        for (int i = 0; i < number; i++) {
            providers.add(kind.provider());
        }
    }

    /** Returns the used heap once further collections free nothing more. */
    private static long used() {
        long least = Long.MAX_VALUE;
        int unchanged = 0;
        for (int i = 0; i < MOST_COLLECTIONS && unchanged < UNCHANGED; i++) {
            System.gc();
            LockSupport.parkNanos(BETWEEN_COLLECTIONS_NANOS);
            long used =
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            unchanged = used < least ? 0 : unchanged + 1;
            least = Math.min(least, used);
        }
        return least;
    }

    private static int threads(Set<Thread> own) {
        Set<Thread> all = Thread.getAllStackTraces().keySet();
        return (int) all.stream().filter(thread -> !own.contains(thread)).count();
    }
}
