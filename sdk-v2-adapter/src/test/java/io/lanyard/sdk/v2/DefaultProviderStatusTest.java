// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import io.lanyard.RefreshState;
import io.lanyard.chain.ChainStatus;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceName;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.Fault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** What probes and metrics are told of the default chain, and what a checkpoint is to find of it. */
class DefaultProviderStatusTest {

    private final Pod pod = new Pod();
    private final Heard heard = new Heard();
    private final LanyardDefaultCredentialsProvider provider = provider();

    private LanyardDefaultCredentialsProvider provider() {
        DefaultChainBuilder builder = new DefaultChainBuilder();
        return builder.environment(pod.environment())
                .container(source -> source.startupPatience(Duration.ZERO))
                .listener(heard)
                .build();
    }

    @AfterEach
    void close() {
        provider.close();
        pod.close();
    }

    @Test
    void status_before_the_first_resolve_is_empty_and_makes_no_request() {
        ChainStatus status = provider.status();

        assertThat(status.source()).isEmpty();
        assertThat(status.identity()).isEmpty();
        assertThat(status.refresh()).isEmpty();
        assertThat(status.failure()).isEmpty();
        assertThat(pod.agent.requests()).isEmpty();
    }

    @Test
    void status_names_the_source_in_use_and_its_expiration() {
        provider.resolveCredentials();

        ChainStatus status = provider.status();

        assertThat(status.source()).contains(SourceName.CONTAINER);
        assertThat(status.identity().map(Identity::accessKeyId))
                .contains(pod.issued().accessKeyId());
        assertThat(status.refresh())
                .hasValueSatisfying(refresh -> assertThat(refresh.state()).isEqualTo(RefreshState.FRESH));
        assertThat(status).asString().contains("container").doesNotContain("CANARY");
    }

    @Test
    void status_of_an_application_provider_has_its_last_credentials_and_last_failure() {
        Deque<Object> answers = new ArrayDeque<>(List.of(
                AwsBasicCredentials.create("AKIAONE", "CANARY-one"),
                AwsBasicCredentials.create("AKIATWO", "CANARY-two"),
                SdkClientException.create("STS is away"),
                AwsBasicCredentials.create("AKIATHREE", "CANARY-three")));
        AwsCredentialsProvider own = () -> {
            if (answers.remove() instanceof AwsCredentials credentials) {
                return credentials;
            }
            throw SdkClientException.create("STS is away");
        };
        try (LanyardDefaultCredentialsProvider chain = LanyardDefaultCredentialsProvider.builder()
                .chain(links -> links.before(
                        SourceName.SYSTEM_PROPERTIES,
                        new SourceName("own"),
                        LanyardDefaultCredentialsProvider.source(own)))
                .build()) {
            chain.resolveCredentials();
            chain.resolveIdentity(ResolveIdentityRequest.builder().build()).join();
            assertThat(chain.status().identity().map(Identity::accessKeyId)).contains("AKIATWO");
            assertThat(chain.status().failure()).isEmpty();

            assertThatThrownBy(chain::resolveCredentials)
                    .hasMessage("Failed to load credentials. UNREACHABLE: the provider reports \"STS is away\"");
            assertThat(chain.status().source()).contains(new SourceName("own"));
            assertThat(chain.status().failure())
                    .hasValueSatisfying(why -> assertThat(why).hasRootCauseMessage("STS is away"));

            chain.resolveCredentials();
            assertThat(chain.status().identity().map(Identity::accessKeyId)).contains("AKIATHREE");
            assertThat(chain.status().failure()).isEmpty();
        }
    }

    @Test
    void status_has_the_failed_selection_until_a_source_is_selected() {
        pod.agent.eksAuth().answerNext(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY);

        assertThatThrownBy(provider::resolveCredentials).isInstanceOf(SdkClientException.class);
        assertThat(provider.status().source()).isEmpty();
        assertThat(provider.status().failure()).isPresent();
        assertThat(provider.status()).asString().contains("failure=HTTP_STATUS").doesNotContain("CANARY");
    }

    @Test
    void listener_receives_every_attempt_and_its_load() throws InterruptedException {
        pod.agent.faults().next(Fault.status(503));

        provider.resolveCredentials();

        assertThat(List.of(heard.next(), heard.next(), heard.next()))
                .containsExactly("asked 503", "asked 200", "loaded");
    }

    @Test
    void listener_receives_a_failed_load_and_an_attempt_without_response() throws InterruptedException {
        pod.agent.stop();

        assertThatThrownBy(provider::resolveCredentials).isInstanceOf(SdkClientException.class);

        assertThat(List.of(heard.next(), heard.next(), heard.next(), heard.next()))
                .containsExactly("asked 0", "asked 0", "asked 0", "failed UNREACHABLE");
    }

    @Test
    void forget_drops_everything_and_the_next_resolve_is_like_the_first() {
        provider.resolveCredentials();
        String first = pod.issued().accessKeyId();

        provider.forget();

        assertThat(provider.status().source()).isEmpty();
        assertThat(provider.explain().inUse()).isEmpty();
        assertThat(provider.resolveCredentials().accessKeyId())
                .isNotEqualTo(first)
                .isEqualTo(pod.issued().accessKeyId());
    }

    private static final class Heard implements CredentialsListener {
        private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            String line = lines.poll(10, TimeUnit.SECONDS);
            return line == null ? "nothing" : line;
        }

        @Override
        public void loaded(Duration took, @Nullable Category failure) {
            assertThat(took).isGreaterThanOrEqualTo(Duration.ZERO);
            lines.add(failure == null ? "loaded" : "failed " + failure);
        }

        @Override
        public void attempted(Duration took, int status) {
            assertThat(took).isPositive();
            lines.add("asked " + status);
        }
    }
}
