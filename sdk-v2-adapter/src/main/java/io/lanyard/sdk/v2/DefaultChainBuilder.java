// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.chain.ChainBuilder;
import io.lanyard.chain.CredentialsChain;
import io.lanyard.chain.Identity;
import io.lanyard.chain.OnFailure;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceOrder;
import io.lanyard.container.ContainerOptions;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;

/** The options of the default chain, and the wiring of its sources. */
final class DefaultChainBuilder implements LanyardDefaultCredentialsProvider.Builder {
    private @Nullable Region region;
    private @Nullable String profileName;
    private @Nullable Supplier<ProfileFile> profileFile;
    private Consumer<ContainerOptions> container = new NoChange<>();
    private @Nullable SdkHttpClient httpClient;
    private @Nullable String sourceChain;
    private Consumer<SourceOrder<AwsCredentialsIdentity>> changes = new NoChange<>();
    private boolean excludeInstanceMetadata;
    private @Nullable CredentialsListener listener;
    private @Nullable Executor executor;
    Environment environment = Environment.system();
    Clock clock = Clock.system();

    DefaultChainBuilder() {}

    DefaultChainBuilder(DefaultChainBuilder that) {
        this.region = that.region;
        this.profileName = that.profileName;
        this.profileFile = that.profileFile;
        this.container = that.container;
        this.httpClient = that.httpClient;
        this.sourceChain = that.sourceChain;
        this.changes = that.changes;
        this.excludeInstanceMetadata = that.excludeInstanceMetadata;
        this.listener = that.listener;
        this.executor = that.executor;
        this.environment = that.environment;
        this.clock = that.clock;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder region(@Nullable Region region) {
        this.region = region;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder profileName(@Nullable String profileName) {
        this.profileName = profileName;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder profileFile(@Nullable Supplier<ProfileFile> profileFile) {
        this.profileFile = profileFile;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder container(Consumer<ContainerOptions> options) {
        this.container = container.andThen(Objects.requireNonNull(options, "options"));
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder httpClient(@Nullable SdkHttpClient httpClient) {
        this.httpClient = httpClient;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder sourceChain(@Nullable String sourceChain) {
        this.sourceChain = sourceChain;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder chain(Consumer<SourceOrder<AwsCredentialsIdentity>> changes) {
        this.changes = this.changes.andThen(Objects.requireNonNull(changes, "changes"));
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder excludeInstanceMetadata(boolean exclude) {
        this.excludeInstanceMetadata = exclude;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder listener(@Nullable CredentialsListener listener) {
        this.listener = listener;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider.Builder executor(@Nullable Executor executor) {
        this.executor = executor;
        return this;
    }

    /** Sets where sources are detected; the SDK's own providers read the settings and files of the process. */
    DefaultChainBuilder environment(Environment environment) {
        this.environment = environment;
        return this;
    }

    /** Sets the clock of the checks of the profile files. */
    DefaultChainBuilder clock(Clock clock) {
        this.clock = clock;
        return this;
    }

    @Override
    public LanyardDefaultCredentialsProvider build() {
        return new LanyardDefaultCredentialsProvider(new DefaultChainBuilder(this));
    }

    LanyardContainerCredentialsProvider containerProvider() {
        return LanyardContainerCredentialsProvider.builder()
                .container(new ChainOptions(environment, executor, listener))
                .container(container)
                .httpClient(httpClient)
                .sourceChain(sourceChain)
                .build();
    }

    CredentialsChain<AwsCredentialsIdentity> chain() {
        Threads threads = new Threads(Scheduler.shared(), executor);
        LanyardContainerCredentialsProvider containerProvider = containerProvider();
        ContainerSource containerSource = containerProvider.source().in(environment);
        ChainBuilder<AwsCredentialsIdentity> chain = CredentialsChain.<AwsCredentialsIdentity>builder(
                        Identifier.WITHOUT_STS)
                .add(SourceName.SYSTEM_PROPERTIES, SettingsSource.systemProperties(environment))
                .add(SourceName.ENVIRONMENT, SettingsSource.environment(environment))
                .add(SourceName.WEB_IDENTITY, new WebIdentitySource(environment, region, threads, listener))
                .add(
                        SourceName.PROFILE,
                        new ProfileSource(
                                new ProfileReader(
                                        environment,
                                        profileName,
                                        profileFile,
                                        new ProfileFiles(environment, clock),
                                        containerSource),
                                containerProvider,
                                clock,
                                threads,
                                listener))
                .add(SourceName.CONTAINER, containerSource)
                .add(
                        SourceName.INSTANCE_METADATA,
                        new InstanceMetadataSource(
                                environment,
                                excludeInstanceMetadata,
                                containerSource,
                                profileName,
                                profileFile,
                                threads,
                                listener))
                // nothing configures it explicitly, so an endpoint that does not answer counts as absent
                .onFailure(SourceName.INSTANCE_METADATA, OnFailure.CONTINUE)
                .probedIdentity(new Identifier(true, region))
                .listener(listener);
        changes.accept(chain);
        return chain.build();
    }

    @Override
    public String toString() {
        return "LanyardDefaultCredentialsProvider.Builder()";
    }

    /** Applies the chain's options to the container source. Not a lambda, for the reason of {@link NoChange}. */
    private record ChainOptions(
            Environment environment,
            @Nullable Executor executor,
            @Nullable CredentialsListener listener) implements Consumer<ContainerOptions> {
        @Override
        public void accept(ContainerOptions options) {
            options.environment(environment).executor(executor).listener(listener);
        }
    }

    /** Identifies credentials by their own content, and on request also by the ARN that STS returns. */
    private record Identifier(boolean usesSts, @Nullable Region region)
            implements Function<AwsCredentialsIdentity, Identity> {
        private static final Identifier WITHOUT_STS = new Identifier(false, null);

        @Override
        public Identity apply(AwsCredentialsIdentity credentials) {
            Optional<String> arn = usesSts && Sts.isPresent() ? Sts.callerArn(credentials, region) : Optional.empty();
            // the SDK's value for no expiration, which does not fit into milliseconds
            Optional<Instant> expiration = credentials.expirationTime().filter(time -> !time.equals(Instant.MAX));
            return new Identity(credentials.accessKeyId(), credentials.accountId(), arn, expiration);
        }
    }
}
