// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

/** A kind of JVM that is started and measured. */
enum Starter {
    BARE("bare JVM", Starts.Bare.class),
    EXCHANGE("one exchange", Starts.Exchange.class),
    LIMIT("limit", Starts.Limit.class),
    LANYARD_PROVIDER("Lanyard provider", Starts.LanyardProvider.class),
    SDK_PROVIDER("AWS SDK provider", Starts.SdkProvider.class),
    LANYARD_CHAIN("Lanyard chain", Starts.LanyardChain.class),
    SDK_CHAIN("AWS SDK chain", Starts.SdkChain.class);

    private final String title;
    private final Class<?> main;

    Starter(String title, Class<?> main) {
        this.title = title;
        this.main = main;
    }

    String title() {
        return title;
    }

    Class<?> main() {
        return main;
    }
}
