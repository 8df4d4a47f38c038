// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.util.Map;
import java.util.concurrent.Callable;

/** Runs an action with a container's environment in the AWS SDK's system properties. */
final class SdkSettings {
    private SdkSettings() {}

    static <T> T with(Map<String, String> environment, Callable<T> action) throws Exception {
        SdkProperties properties = SdkProperties.set(environment);
        try {
            return action.call();
        } finally {
            properties.close();
        }
    }
}
