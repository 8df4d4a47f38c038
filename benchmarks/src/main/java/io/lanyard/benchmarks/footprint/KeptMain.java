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
    /** A collection can leave what the next one takes. */
    private static final int COLLECTIONS = 4;

    /** After a load a thread may live on for a moment, for the next one's sake. */
    private static final long SETTLING_NANOS = 6_000_000_000L;

    private KeptMain() {}

    public static void main(String[] args) {
        Kept kept = Kept.valueOf(args[0]);
        int number = Integer.parseInt(args[1]);
        List<AwsCredentialsProvider> providers = new ArrayList<>(number + 1);
        Set<Thread> own = Thread.getAllStackTraces().keySet();

        providers.add(kept.provider()); // brings the classes, and what there is once
        int threadsUnused = threads(own);
        providers.get(0).resolveCredentials();
        LockSupport.parkNanos(SETTLING_NANOS);
        long first = used();
        for (int i = 0; i < number; i++) {
            providers.add(kept.provider());
        }
        long built = used();
        providers.forEach(AwsCredentialsProvider::resolveCredentials);
        LockSupport.parkNanos(SETTLING_NANOS);
        long resolved = used();
        int threads = threads(own);
        providers.get(number).resolveCredentials(); // still all there
        System.out.println(
                threadsUnused + " " + (built - first) / number + " " + (resolved - first) / number + " " + threads);
        Runtime.getRuntime().halt(0);
    }

    private static long used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static int threads(Set<Thread> own) {
        Set<Thread> all = Thread.getAllStackTraces().keySet();
        return (int) all.stream().filter(thread -> !own.contains(thread)).count();
    }
}
