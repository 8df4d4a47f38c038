// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.SpringApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.util.ClassUtils;

/**
 * Passes the events of a start to {@link BootstrapCredentials} if the application has an AWS SDK.
 *
 * <p>Spring creates this class before any condition is evaluated, so it must not name a type of the SDK.
 */
final class BootstrapListener implements ApplicationListener<SpringApplicationEvent> {

    private static final String SDK = "software.amazon.awssdk.auth.credentials.AwsCredentialsProvider";

    private @Nullable ApplicationListener<SpringApplicationEvent> credentials;

    BootstrapListener() {
        if (ClassUtils.isPresent(SDK, BootstrapListener.class.getClassLoader())) {
            credentials = new BootstrapCredentials();
        }
    }

    @Override
    public void onApplicationEvent(SpringApplicationEvent event) {
        ApplicationListener<SpringApplicationEvent> present = credentials;
        if (present != null) {
            present.onApplicationEvent(event);
        }
    }
}
