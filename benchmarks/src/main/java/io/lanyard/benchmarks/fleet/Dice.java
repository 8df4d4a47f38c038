// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.lang.reflect.Field;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes a run repeatable: Lanyard draws its jitter from the thread's own random numbers, which nothing public can seed.
 * Needs {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 */
final class Dice {
    private static final Field SEED = seedField();

    private Dice() {}

    /** Lets the random numbers of this thread begin anew, at the same place for the same seed. */
    static void seed(long seed) {
        ThreadLocalRandom.current().nextInt(); // or the first one to ask would seed it
        try {
            SEED.setLong(Thread.currentThread(), seed);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field seedField() {
        try {
            Field field = Thread.class.getDeclaredField("threadLocalRandomSeed");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }
}
