// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static io.lanyard.sdk.v2.SetUp.NOTHING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.SourceName;
import io.lanyard.sdk.v2.SetUp.WebIdentity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** IRSA in our chain, where the SDK's would give something else. */
class WebIdentityTest {

    private static final SetUp IRSA = NOTHING.with(WebIdentity.COMPLETE);
    private static final SetUp IRSA_AS_PROPERTIES =
            NOTHING.with(new WebIdentity(Value.SET, Value.SET, true, true, true));

    private final World world = new World();

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void credentials_have_expiration_account_and_the_sdks_feature_ids() {
        try (ProcessSettings process = process(IRSA);
                LanyardDefaultCredentialsProvider ours = ours(process).build()) {
            AwsCredentials credentials = ours.resolveCredentials();

            assertThat(credentials.expirationTime()).isPresent();
            assertThat(credentials.accountId()).contains("111122223333");
            assertThat(credentials.providerName()).contains("h,k");
        }
    }

    @Test
    void container_takes_over_when_the_settings_are_removed_and_refreshing_stops() throws Exception {
        try (ProcessSettings process = process(IRSA_AS_PROPERTIES.with(ContainerKind.POD));
                LanyardDefaultCredentialsProvider ours = ours(process).build()) {
            WebIdentitySource source = new WebIdentitySource(process, null, Threads.SHARED, null);
            assertThat(source.availability().isConfigured()).isTrue();
            source.resolve();
            assertThat(role(ours)).isEqualTo(World.IRSA_ROLE);
            assertThat(source.status().nextLoad()).isPresent();

            process.property("aws.roleArn", null);

            assertThat(role(ours)).isEqualTo(World.POD_ROLE);
            assertThat(ours.status().source()).contains(SourceName.CONTAINER);
            assertThatThrownBy(source::resolve)
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.NOT_CONFIGURED));
            assertThat(source.status().closed()).isTrue();
            assertThat(source.status().nextLoad()).isEmpty();
        }
    }

    @Test
    void failure_names_the_missing_token_file() {
        try (ProcessSettings process = process(NOTHING.with(new WebIdentity(Value.SET, Value.SET, false, true, false))
                        .with(ContainerKind.POD));
                LanyardDefaultCredentialsProvider ours = ours(process).build()) {
            assertThatThrownBy(ours::resolveCredentials).hasStackTraceContaining("/nowhere/token");
        }
        assertThat(world.eks.requests()).isEmpty();
    }

    private ProcessSettings process(SetUp setUp) {
        SetUp.Settings settings = setUp.in(world);
        return new ProcessSettings(settings.variables(), settings.properties());
    }

    private static DefaultChainBuilder ours(ProcessSettings process) {
        return ((DefaultChainBuilder) LanyardDefaultCredentialsProvider.builder()).environment(process);
    }

    private String role(AwsCredentialsProvider provider) {
        return Outcome.of(provider.resolveCredentials()).named(world.issued()).who();
    }
}
