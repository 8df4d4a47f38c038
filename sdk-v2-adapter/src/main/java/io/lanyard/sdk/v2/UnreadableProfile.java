// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;

/**
 * A profile file exists and cannot be read. Has no cause and no text of the file, because the SDK's parser quotes lines
 * that may hold secrets. Shared by the callers of one look; each caller throws its own {@link #exception()}.
 */
final class UnreadableProfile extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String detail;
    private final String remedy;

    UnreadableProfile(String detail, String remedy) {
        super(detail, null, false, true);
        this.detail = detail;
        this.remedy = remedy;
    }

    String detail() {
        return detail;
    }

    /** A new exception for one caller. */
    CredentialsException exception() {
        return CredentialsException.builder(Category.PROFILE_UNREADABLE, detail)
                .recoverable(true)
                .remedy(remedy)
                .build();
    }
}
