// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import software.amazon.awssdk.core.SdkSystemSetting;

/** A container's environment as the system properties that the AWS SDK for Java takes in its place. */
final class SdkSettings {
    private SdkSettings() {}

    static <T> T with(Map<String, String> environment, Callable<T> action) throws Exception {
        Properties before = (Properties) System.getProperties().clone();
        Map<String, String> properties = new HashMap<>();
        environment.forEach((variable, value) -> properties.put(property(variable), value));
        System.getProperties().putAll(properties);
        try {
            return action.call();
        } finally {
            System.setProperties(before);
        }
    }

    private static String property(String variable) {
        return variable.equals("AWS_ENDPOINT_URL_STS")
                ? "aws.endpointUrlSts"
                : SdkSystemSetting.valueOf(variable).property();
    }
}
