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

/** A source that does what a test says, and counts what it is asked. */
class ScriptedSource implements ChainSource<Key> {

    final SourceName name;
    final Key key;
    final AtomicInteger detections = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger probes = new AtomicInteger();
    final AtomicInteger closings = new AtomicInteger();
    final List<String> refused = new CopyOnWriteArrayList<>();

    private volatile Supplier<Availability> detection = Availability::configured;
    private volatile Supplier<CompletableFuture<Key>> answer;
    private volatile boolean set = true;
    private volatile @Nullable Key held;
    private volatile @Nullable CredentialsException lastFailure;

    ScriptedSource(SourceName name, String accessKeyId) {
        this.name = name;
        this.key = new Key(accessKeyId);
        this.answer = () -> CompletableFuture.completedFuture(key);
    }

    /** A source that is configured and gives credentials; its key is named after its name. */
    ScriptedSource(SourceName name) {
        this(name, "AKIA-" + name);
    }

    // ---- what settings and files tell

    ScriptedSource detectedAs(Availability detected) {
        detection = () -> detected;
        return this;
    }

    ScriptedSource detectedBy(Supplier<Availability> detecting) {
        detection = detecting;
        return this;
    }

    ScriptedSource absent() {
        set = false;
        return detectedAs(Availability.notConfigured(""));
    }

    ScriptedSource present() {
        set = true;
        return detectedAs(Availability.configured());
    }

    // ---- what it answers

    ScriptedSource gives() {
        return answers(() -> CompletableFuture.completedFuture(key));
    }

    ScriptedSource fails(Throwable failure) {
        return answers(() -> CompletableFuture.failedFuture(failure));
    }

    /** The settings are there, and asking shows that nothing is. */
    ScriptedSource withdrawn() {
        return fails(CredentialsException.builder(Category.NOT_CONFIGURED, name + " has been withdrawn")
                .build());
    }

    ScriptedSource answers(Supplier<CompletableFuture<Key>> answering) {
        answer = answering;
        return this;
    }

    /** Lets the next who asks wait until the future is complete. */
    CompletableFuture<Key> hangs() {
        CompletableFuture<Key> pending = new CompletableFuture<>();
        answers(() -> pending);
        return pending;
    }

    // ---- what it knows

    ScriptedSource holds(@Nullable Key known) {
        held = known;
        return this;
    }

    ScriptedSource failedLately(CredentialsException failure) {
        lastFailure = failure;
        return this;
    }

    static CredentialsException failure(String detail) {
        return CredentialsException.builder(Category.UNREACHABLE, detail)
                .recoverable(true)
                .remedy("see to the agent")
                .build();
    }

    static CredentialsException refusal(String detail) {
        return CredentialsException.builder(Category.SERVICE_ERROR, detail).build();
    }

    // ---- ChainSource

    @Override
    public Availability availability() {
        detections.incrementAndGet();
        return detection.get();
    }

    @Override
    public Key resolve() throws InterruptedException {
        asked.incrementAndGet();
        return get(answer.get());
    }

    @Override
    public CompletableFuture<Key> resolveAsync() {
        asked.incrementAndGet();
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
        return Optional.ofNullable(held);
    }

    @Override
    public RefreshStatus status() {
        return RefreshStatus.unmanaged(lastFailure);
    }

    @Override
    public void invalidate(String accessKeyId) {
        refused.add(accessKeyId);
    }

    @Override
    public void close() {
        closings.incrementAndGet();
    }
}
