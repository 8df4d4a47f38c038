// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.OnFailure;
import io.lanyard.spi.Environment;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** A default chain that is asked for credentials in a set-up. */
enum Contestant {
    SDK {
        @Override
        AwsCredentialsProvider provider(Environment environment) {
            return DefaultCredentialsProvider.builder().build();
        }
    },
    OURS {
        @Override
        AwsCredentialsProvider provider(Environment environment) {
            return ours(environment).build();
        }
    },
    OURS_THAT_CONTINUES {
        @Override
        AwsCredentialsProvider provider(Environment environment) {
            return ours(environment).onFailure(OnFailure.CONTINUE).build();
        }
    };

    /** A new provider; the SDK's reads the process's environment whatever it is given. */
    abstract AwsCredentialsProvider provider(Environment environment);

    /** What it gives when it is asked for the first time. */
    Outcome outcome(Environment environment) {
        AwsCredentialsProvider provider = provider(environment);
        try {
            return Outcome.of(provider.resolveCredentials());
        } catch (RuntimeException e) {
            return Outcome.FAILED;
        } finally {
            ((SdkAutoCloseable) provider).close();
        }
    }

    static DefaultChainBuilder ours(Environment environment) {
        DefaultChainBuilder builder =
                ((DefaultChainBuilder) LanyardDefaultCredentialsProvider.builder()).environment(environment);
        // nothing is about to start here
        builder.container(source -> source.startupPatience(Duration.ZERO));
        return builder;
    }
}
