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

/** A call with valid credentials. One contestant and one source in each JVM, as in an application. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HotPath {
    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    /** Who. */
    public enum Contestant {
        /** Ours. */
        LANYARD,
        /** The AWS SDK's. */
        SDK
    }

    /** Where the credentials come from. */
    public enum Source {
        /** The container provider alone. */
        PROVIDER,
        /** The default chain, with the container as the source in use. */
        CHAIN_CONTAINER,
        /** The default chain, with system properties as the source in use. */
        CHAIN_PROPERTIES
    }

    /** Who. */
    @Param
    public Contestant contestant = Contestant.LANYARD;

    /** Where the credentials come from. */
    @Param
    public Source source = Source.PROVIDER;

    private AwsCredentialsProvider provider = () -> {
        throw new IllegalStateException("not set up");
    };

    /** Makes the provider, and makes sure that it gives what is to be measured. */
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
            throw new IllegalStateException("these are the credentials of another source");
        }
    }

    /**
     * A blocking call.
     *
     * @return the credentials
     */
    @Benchmark
    public AwsCredentials resolveCredentials() {
        return provider.resolveCredentials();
    }

    /**
     * The call that the SDK's clients make.
     *
     * @return the credentials
     */
    @Benchmark
    public AwsCredentialsIdentity resolveIdentity() {
        return provider.resolveIdentity(ANY).join();
    }
}
