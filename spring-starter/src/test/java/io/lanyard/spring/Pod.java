// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.IssuedCredentials;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A pod of the service account demo/orders and its agent. Applications get its environment as properties. */
final class Pod implements AutoCloseable {

    final EksPodIdentityAgent agent = EksPodIdentityAgent.start();
    final ServiceAccountTokenFile token = ServiceAccountTokenFile.create("demo", "orders");

    Pod() {
        agent.associate("demo", "orders", "arn:aws:iam::111122223333:role/orders");
    }

    /** Returns the properties of the pod: no source of this machine, and no start-up patience. */
    String[] properties() {
        return new String[] {
            "lanyard.excluded-sources=system-properties,environment,web-identity,profile,instance-metadata",
            "lanyard.container.full-uri=" + agent.credentialsUri(),
            "lanyard.container.token-file=" + token.path(),
            "lanyard.container.startup-patience=0s"
        };
    }

    /** Returns an application with only the starter. */
    ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LanyardAutoConfiguration.class))
                .withPropertyValues(properties());
    }

    IssuedCredentials issued() {
        List<IssuedCredentials> all = agent.issued();
        return all.get(all.size() - 1);
    }

    @Override
    public void close() {
        token.close();
        agent.close();
    }
}
