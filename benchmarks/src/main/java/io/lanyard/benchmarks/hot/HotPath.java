// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.hot;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** Measures a call with valid credentials. Each JVM has one contestant and one source, as an application has. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HotPath {
    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    /** The provider that is measured. */
    public enum Contestant {
        /** Lanyard. */
        LANYARD,
        /** The AWS SDK. */
        SDK
    }

    /** The source of the credentials. */
    public enum Source {
        /** The container provider alone. */
        PROVIDER,
        /** The default chain, with the container as the source in use. */
        CHAIN_CONTAINER,
        /** The default chain, with system properties as the source in use. */
        CHAIN_PROPERTIES
    }

    /** Set by JMH. */
    @Param
    public Contestant contestant = Contestant.LANYARD;

    /** Set by JMH. */
    @Param
    public Source source = Source.PROVIDER;

    private AwsCredentialsProvider provider = () -> {
        throw new IllegalStateException("not set up");
    };

    /** Creates the provider and checks that it uses the expected source. */
    @Setup
    public void setUp() {
        if (source == Source.CHAIN_PROPERTIES) {
            System.setProperty("aws.accessKeyId", "AKIAPROPERTIES");
            System.setProperty("aws.secretAccessKey", "CANARY-secret-of-the-properties");
        }
        boolean isLanyard = contestant == Contestant.LANYARD;
        provider = switch (source) {
            case PROVIDER ->
                isLanyard ? LanyardContainerCredentialsProvider.create() : ContainerCredentialsProvider.create();
            case CHAIN_CONTAINER, CHAIN_PROPERTIES ->
                isLanyard
                        ? LanyardDefaultCredentialsProvider.create()
                        : DefaultCredentialsProvider.builder().build();
        };
        boolean isFromProperties = provider.resolveCredentials().accessKeyId().equals("AKIAPROPERTIES");
        if (isFromProperties != (source == Source.CHAIN_PROPERTIES)) {
            throw new IllegalStateException("the credentials come from another source");
        }
    }

    /** Makes a blocking call. */
    @Benchmark
    public AwsCredentials resolveCredentials() {
        return provider.resolveCredentials();
    }

    /** Makes the call that the SDK's clients make. */
    @Benchmark
    public AwsCredentialsIdentity resolveIdentity() {
        return provider.resolveIdentity(ANY).join();
    }
}
