// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Environment;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.IssuedCredentials;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pod of service account demo/orders beside its agent, with the environment that the webhook injects. */
final class Pod implements AutoCloseable {

    final EksPodIdentityAgent agent = EksPodIdentityAgent.start();
    private final ServiceAccountTokenFile token = ServiceAccountTokenFile.create("demo", "orders");

    Pod() {
        agent.associate("demo", "orders", "arn:aws:iam::111122223333:role/orders");
    }

    LanyardContainerCredentialsProvider.Builder provider() {
        return LanyardContainerCredentialsProvider.builder()
                .container(source -> source.environment(environment()).startupPatience(Duration.ZERO));
    }

    Environment environment() {
        return environment(variables(Map.of()));
    }

    /** What the webhook injects, beside others. */
    Map<String, String> variables(Map<String, String> others) {
        Map<String, String> variables = new HashMap<>(others);
        variables.putAll(agent.environmentFor(token));
        return variables;
    }

    /** The process's own, but for its variables. */
    static Environment environment(Map<String, String> variables) {
        return new Environment() {
            @Override
            public @Nullable String variable(String name) {
                return variables.get(name);
            }

            @Override
            public @Nullable String property(String name) {
                return System.getProperty(name);
            }

            @Override
            public byte[] readFile(String path, int limit) throws IOException {
                return Environment.system().readFile(path, limit);
            }
        };
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
