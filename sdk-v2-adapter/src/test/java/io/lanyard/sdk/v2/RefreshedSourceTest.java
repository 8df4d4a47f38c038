// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import io.lanyard.RefreshState;
import io.lanyard.chain.ChainSource;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** A provider of the SDK that Lanyard's cache keeps fresh. */
@Timeout(30)
class RefreshedSourceTest {

    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final List<String> events = new CopyOnWriteArrayList<>();

    private final ChainSource<AwsCredentialsIdentity> source = LanyardDefaultCredentialsProvider.refreshedSource(
            Provider::new,
            RefreshPolicy.builder().expiredCredentials(ExpiredCredentials.FAIL).build(),
            new CredentialsListener() {
                @Override
                public void loaded(Duration took, @Nullable Category failure) {
                    events.add("loaded");
                }
            });

    @Test
    void its_credentials_are_cached_and_each_provider_is_closed_after_its_load() throws Exception {
        AwsCredentialsIdentity first = source.resolve();

        assertThat(source.availability().isConfigured()).isTrue();
        assertThat(source.resolve()).isSameAs(first);
        assertThat(source.resolveAsync().get(5, TimeUnit.SECONDS)).isSameAs(first);
        assertThat(source.cached()).containsSame(first);
        assertThat(loads).hasValue(1);
        assertThat(closed).hasValue(1);
        assertThat(source.status().state()).isEqualTo(RefreshState.FRESH);
    }

    @Test
    void the_listener_receives_its_loads() throws Exception {
        source.resolve();

        await().atMost(Duration.ofSeconds(10)).until(() -> events.contains("loaded"));
    }

    @Test
    void a_probe_loads_and_caches_nothing() throws Exception {
        assertThat(source.probe().accessKeyId()).isEqualTo("ASIA1");

        assertThat(source.cached()).isEmpty();
    }

    @Test
    void credentials_that_a_service_rejected_are_refreshed() throws Exception {
        String first = source.resolve().accessKeyId();

        source.invalidate(first);

        await().atMost(Duration.ofSeconds(10))
                .until(() -> !source.resolve().accessKeyId().equals(first));
    }

    @Test
    void a_closed_source_serves_the_next_call() throws Exception {
        source.resolve();

        source.close();

        assertThat(source.resolve().accessKeyId()).startsWith("ASIA");
    }

    private final class Provider implements AwsCredentialsProvider, SdkAutoCloseable {
        @Override
        public AwsCredentials resolveCredentials() {
            return AwsSessionCredentials.builder()
                    .accessKeyId("ASIA" + loads.incrementAndGet())
                    .secretAccessKey("CANARY")
                    .sessionToken("CANARY")
                    .expirationTime(Instant.now().plus(Duration.ofHours(1)))
                    .build();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            throw new IllegalStateException("of the test");
        }
    }
}
