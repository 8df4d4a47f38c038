// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

/** The library's version, for the User-Agent header. A constant, because reading a manifest would slow a start-up. */
final class Version {

    /** A test compares it with the version of the build. */
    static final String TEXT = "0.1.0-SNAPSHOT";

    private Version() {}
}
