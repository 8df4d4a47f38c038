// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

/** The library's version, for the User-Agent header. A constant, for reading a manifest costs a start-up more. */
final class Version {

    /** Held against the build's own version by a test. */
    static final String TEXT = "0.1.0-SNAPSHOT";

    private Version() {}
}
