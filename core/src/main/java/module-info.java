// SPDX-License-Identifier: Apache-2.0

/**
 * AWS container credentials: the exchange with the agent, the cache, and the failures in words.
 *
 * <p>Depends on the JDK alone.
 */
@SuppressWarnings("module") // the adapter is built after this module, so the compiler does not know its name
module io.lanyard.core {
    requires static transitive org.jspecify;

    exports io.lanyard;
    exports io.lanyard.chain;
    exports io.lanyard.container;
    exports io.lanyard.diagnose;
    exports io.lanyard.internal to
            io.lanyard.sdk.v2;
    exports io.lanyard.internal.text to
            io.lanyard.sdk.v2;
    exports io.lanyard.refresh;
    exports io.lanyard.report;
    exports io.lanyard.spi;
}
