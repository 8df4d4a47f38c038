// SPDX-License-Identifier: Apache-2.0

/** In-process credentials agents, faults and token files for tests. Depends on the JDK and annotations alone. */
module io.lanyard.testkit {
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;

    exports io.lanyard.testkit;
    exports io.lanyard.testkit.junit;
}
