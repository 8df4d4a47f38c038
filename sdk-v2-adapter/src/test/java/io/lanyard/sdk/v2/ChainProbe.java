// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.Map;
import java.util.function.Function;

/** What the chain gives with those variables, and its report; speaks to whoever loaded it in types of the JDK. */
public final class ChainProbe implements Function<Map<String, String>, String> {

    @Override
    public String apply(Map<String, String> variables) {
        try (LanyardDefaultCredentialsProvider provider = new DefaultChainBuilder()
                .environment(Pod.environment(variables))
                .build()) {
            String who;
            try {
                who = provider.resolveCredentials().accessKeyId();
            } catch (RuntimeException e) {
                who = "failed: " + e;
            }
            return who + "\n" + provider.explain();
        }
    }
}
