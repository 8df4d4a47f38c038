// SPDX-License-Identifier: Apache-2.0

/** In-process credentials agents, faults and token files for tests. Depends only on the JDK and annotations. */
module io.lanyard.testkit {
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;
    requires static spring.beans;
    requires static spring.context;
    requires static spring.core;
    requires static transitive spring.test;

    exports io.lanyard.testkit;
    exports io.lanyard.testkit.iam;
    exports io.lanyard.testkit.junit;
    exports io.lanyard.testkit.token;

    // JUnit and Spring create the extension and the customizer factory
    opens io.lanyard.testkit.junit to
            org.junit.platform.commons,
            spring.core;
}
