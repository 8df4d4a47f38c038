// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Passes each event to all listeners of the application. A listener that throws does not affect the others.
 *
 * @param listeners the listeners, in their order
 */
record Listeners(List<CredentialsListener> listeners) implements CredentialsListener {

    private static final Log LOG = LogFactory.getLog(Listeners.class);

    @Override
    public void refreshed(String accessKeyId, @Nullable Instant expiration) {
        send(listener -> listener.refreshed(accessKeyId, expiration));
    }

    @Override
    public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
        send(listener -> listener.refreshFailed(attempt, category, nextLoad));
    }

    @Override
    public void servingStale(String accessKeyId, @Nullable Instant expiration) {
        send(listener -> listener.servingStale(accessKeyId, expiration));
    }

    @Override
    public void recovered(String accessKeyId) {
        send(listener -> listener.recovered(accessKeyId));
    }

    @Override
    public void loaded(Duration took, @Nullable Category failure) {
        send(listener -> listener.loaded(took, failure));
    }

    @Override
    public void attempted(Duration took, int status) {
        send(listener -> listener.attempted(took, status));
    }

    @Override
    public void sourceChanged(@Nullable String before, String now, String accessKeyId) {
        send(listener -> listener.sourceChanged(before, now, accessKeyId));
    }

    private void send(Consumer<CredentialsListener> event) {
        for (CredentialsListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn(
                        "The credentials listener " + listener.getClass().getName()
                                + " threw an exception, which Lanyard ignores; the other listeners receive the event",
                        e);
            }
        }
    }
}
