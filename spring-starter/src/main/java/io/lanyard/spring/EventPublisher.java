// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;

/** Publishes credentials events as application events. */
final class EventPublisher implements CredentialsListener {

    private final ApplicationEventPublisher application;

    EventPublisher(ApplicationEventPublisher application) {
        this.application = application;
    }

    @Override
    public void refreshed(String accessKeyId, @Nullable Instant expiration) {
        application.publishEvent(new CredentialsEvent.Refreshed(accessKeyId, expiration));
    }

    @Override
    public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
        application.publishEvent(new CredentialsEvent.RefreshFailed(attempt, category, nextLoad));
    }

    @Override
    public void servingStale(String accessKeyId, @Nullable Instant expiration) {
        application.publishEvent(new CredentialsEvent.ServingStale(accessKeyId, expiration));
    }

    @Override
    public void recovered(String accessKeyId) {
        application.publishEvent(new CredentialsEvent.Recovered(accessKeyId));
    }

    @Override
    public void sourceChanged(@Nullable String before, String now, String accessKeyId) {
        application.publishEvent(new CredentialsEvent.SourceChanged(before, now, accessKeyId));
    }
}
