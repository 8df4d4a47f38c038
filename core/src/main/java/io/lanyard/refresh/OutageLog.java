// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.internal.FailureText;
import io.lanyard.internal.Log;
import org.jspecify.annotations.Nullable;

/** Logs an outage when it begins, when the credentials expire in it, and when it is over. */
final class OutageLog {

    private OutageLog() {}

    /**
     * Logs what a load has changed.
     *
     * @param identity the cached credentials
     * @param before the failures before the load, or null
     * @param after the failures after it, or null
     */
    static void log(String identity, CacheState.@Nullable Failure before, CacheState.@Nullable Failure after) {
        String credentials = "Credentials " + identity;
        if (after != null && before == null) {
            Log.warn(credentials + " could not be refreshed. Lanyard keeps serving them and retries. "
                    + FailureText.of(after.cause()));
        }
        if (after != null && after.servingStale() && (before == null || !before.servingStale())) {
            Log.warn(credentials + " have expired and no newer ones could be loaded; still serving them. AWS may reject"
                    + " requests. " + FailureText.of(after.cause()));
        }
        if (after == null && before != null) {
            Log.info(credentials + " are fresh again after failed loads");
        }
    }
}
