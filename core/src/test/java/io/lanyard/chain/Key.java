// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.testsupport.Canaries;
import java.time.Instant;
import java.util.Optional;

/** A value of a chain whose text shows its secret, so that a leak is found. */
record Key(String id, String secret) {

    static final Instant EXPIRATION = Instant.parse("2026-11-23T10:00:00Z");

    Key(String id) {
        this(id, Canaries.secret());
    }

    static Identity identity(Key key) {
        return new Identity(key.id, Optional.of("111122223333"), Optional.empty(), Optional.of(EXPIRATION));
    }
}
