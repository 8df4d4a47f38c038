// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import io.lanyard.RefreshStatus;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Records the meters {@code lanyard.credentials.*}. Tags have few values: no key, no URI, no message.
 *
 * <p>Credentials may be loaded before there is a registry. The first registry gets the timings until then.
 */
final class CredentialsMetrics implements MeterBinder, CredentialsListener {

    private static final String PREFIX = "lanyard.credentials.";

    private final ObjectProvider<LanyardDefaultCredentialsProvider> provider;
    private final List<MeterRegistry> registries = new ArrayList<>(); // guarded by this
    private final List<Consumer<MeterRegistry>> early = new ArrayList<>(); // guarded by this

    CredentialsMetrics(ObjectProvider<LanyardDefaultCredentialsProvider> provider) {
        this.provider = provider;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Supplier<Optional<RefreshStatus>> status =
                () -> provider.getObject().status().refresh();
        TimeGauge.builder(PREFIX + "expiration", () -> secondsLeft(), TimeUnit.SECONDS)
                .description(
                        "Time until the credentials in use expire; negative once expired, NaN if they do not expire or there are none")
                .strongReference(true)
                .register(registry);
        gauge("failures", RefreshStatus::failuresInARow, status)
                .description("Refreshes that have failed since the last that succeeded")
                .register(registry);
        gauge("serving.stale", refresh -> refresh.servingStale() ? 1 : 0, status)
                .description("1 while expired credentials are served because no newer ones could be loaded")
                .register(registry);
        synchronized (this) {
            registries.add(registry);
            early.forEach(record -> record.accept(registry));
            early.clear();
        }
    }

    @Override
    public void loaded(Duration took, @Nullable Category failure) {
        record(registry -> Timer.builder(PREFIX + "load")
                .description("Loads of credentials, all attempts included")
                .tag("outcome", failure == null ? "success" : "failure")
                .tag("category", failure == null ? "none" : failure.name())
                .register(registry)
                .record(took));
    }

    @Override
    public void attempted(Duration took, int status) {
        record(registry -> Timer.builder(PREFIX + "attempt")
                .description("Requests to the agent on the node")
                .tag("status", status == 0 ? "none" : Integer.toString(status))
                .register(registry)
                .record(took));
    }

    private static Gauge.Builder<?> gauge(
            String name, ToDoubleFunction<RefreshStatus> value, Supplier<Optional<RefreshStatus>> status) {
        return Gauge.builder(
                        PREFIX + name,
                        () -> status.get().map(value::applyAsDouble).orElse(0.0))
                .strongReference(true);
    }

    private double secondsLeft() {
        return provider.getObject()
                .status()
                .identity()
                .flatMap(identity -> identity.expiration())
                .map(expiration -> Duration.between(Instant.now(), expiration).toMillis() / 1000.0)
                .orElse(Double.NaN);
    }

    private synchronized void record(Consumer<MeterRegistry> record) {
        if (registries.isEmpty()) {
            early.add(record);
        }
        registries.forEach(record);
    }
}
