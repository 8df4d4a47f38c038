// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A source that does what a test says, and counts its calls. */
class ScriptedSource implements ChainSource<Key> {

    final SourceName name;
    final Key key;
    final AtomicInteger availabilityCalls = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger probes = new AtomicInteger();
    final AtomicInteger closings = new AtomicInteger();
    final List<String> rejected = new CopyOnWriteArrayList<>();

    private volatile Supplier<Availability> availability = Availability::configured;
    private volatile Supplier<CompletableFuture<Key>> answer;
    private volatile boolean set = true;
    private volatile @Nullable Key cached;
    private volatile @Nullable CredentialsException lastFailure;

    ScriptedSource(SourceName name, String accessKeyId) {
        this.name = name;
        this.key = new Key(accessKeyId);
        this.answer = () -> CompletableFuture.completedFuture(key);
    }

    /** Creates a source that is configured and provides credentials; its access key id contains its name. */
    ScriptedSource(SourceName name) {
        this(name, "AKIA-" + name);
    }

    ScriptedSource withAvailability(Availability known) {
        availability = () -> known;
        return this;
    }

    ScriptedSource withAvailability(Supplier<Availability> supplier) {
        availability = supplier;
        return this;
    }

    ScriptedSource absent() {
        set = false;
        return withAvailability(Availability.notConfigured(""));
    }

    ScriptedSource present() {
        set = true;
        return withAvailability(Availability.configured());
    }

    ScriptedSource succeeds() {
        return answers(() -> CompletableFuture.completedFuture(key));
    }

    ScriptedSource fails(Throwable failure) {
        return answers(() -> CompletableFuture.failedFuture(failure));
    }

    /** Its settings are there, and a call fails as not configured. */
    ScriptedSource withdrawn() {
        return fails(CredentialsException.builder(Category.NOT_CONFIGURED, name + " has been withdrawn")
                .build());
    }

    ScriptedSource answers(Supplier<CompletableFuture<Key>> answering) {
        answer = answering;
        return this;
    }

    /** Lets callers wait until the future is complete. */
    CompletableFuture<Key> hangs() {
        CompletableFuture<Key> pending = new CompletableFuture<>();
        answers(() -> pending);
        return pending;
    }

    ScriptedSource caches(@Nullable Key known) {
        cached = known;
        return this;
    }

    ScriptedSource lastFailedWith(CredentialsException failure) {
        lastFailure = failure;
        return this;
    }

    static CredentialsException failure(String detail) {
        return CredentialsException.builder(Category.UNREACHABLE, detail)
                .recoverable(true)
                .remedy("see to the agent")
                .build();
    }

    static CredentialsException permanentFailure(String detail) {
        return CredentialsException.builder(Category.SERVICE_ERROR, detail).build();
    }

    @Override
    public Availability availability() {
        availabilityCalls.incrementAndGet();
        return availability.get();
    }

    @Override
    public Key resolve() throws InterruptedException {
        calls.incrementAndGet();
        return get(answer.get());
    }

    @Override
    public CompletableFuture<Key> resolveAsync() {
        calls.incrementAndGet();
        return answer.get();
    }

    @Override
    public Key probe() throws InterruptedException {
        probes.incrementAndGet();
        return get(answer.get());
    }

    private static Key get(CompletableFuture<Key> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    @Override
    public SourceDescription describe() {
        return SourceDescription.of(List.of(new SettingSeen("SETTING_OF_" + name, set)));
    }

    @Override
    public Optional<Key> cached() {
        return Optional.ofNullable(cached);
    }

    @Override
    public RefreshStatus status() {
        return RefreshStatus.unmanaged(lastFailure);
    }

    @Override
    public void invalidate(String accessKeyId) {
        rejected.add(accessKeyId);
    }

    @Override
    public void close() {
        closings.incrementAndGet();
    }
}
