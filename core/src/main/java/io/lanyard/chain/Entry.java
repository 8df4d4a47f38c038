// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.CredentialsException;
import io.lanyard.internal.FailureText;
import io.lanyard.internal.Log;
import io.lanyard.internal.text.ForeignText;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A source in a chain, with what the chain remembers of it. */
final class Entry<T> {

    final SourceName name;
    final ChainSource<T> source;
    final OnFailure onFailure;

    /** Why it failed in the last selection that tried it. */
    volatile @Nullable CredentialsException failure;

    private volatile boolean stopLogged;
    private volatile @Nullable String warnedOf;

    Entry(SourceName name, ChainSource<T> source, OnFailure onFailure) {
        this.name = name;
        this.source = source;
        this.onFailure = onFailure;
    }

    /** Returns whether it is configured, and logs once what it lacks. */
    Availability availability() {
        Availability availability = source.availability();
        if (availability.state() == SourceState.INCOMPLETE
                && !availability.reason().equals(warnedOf)) {
            warnedOf = availability.reason();
            Log.warn("The credentials source " + name + " is incomplete and is skipped: "
                    + ForeignText.clean(availability.reason()) + ". Remedy: "
                    + availability.remedy().orElse("complete it or unset it"));
        }
        return availability;
    }

    /** Resolves the source. A source of an application may throw where it must not; that is a failure like others. */
    CompletableFuture<T> resolveAsync() {
        try {
            return Objects.requireNonNull(source.resolveAsync(), "the source returned no future");
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    void answered() {
        failure = null;
        stopLogged = false;
    }

    /** Logs the failure once in an outage. */
    void logStop(CredentialsException why) {
        if (!stopLogged) {
            stopLogged = true;
            Log.warn("The credentials source " + name + " is configured and failed. No later source is used in its"
                    + " place. " + FailureText.of(why));
        }
    }

    /** Closes the source. If it throws, logs that and continues. */
    void close() {
        try {
            source.close();
        } catch (RuntimeException | Error e) {
            Log.warn("The credentials source " + name + " could not be closed: " + FailureText.of(e));
        }
    }

    /** Reports rejected credentials to the source. If it throws, logs that and continues. */
    void invalidate(String accessKeyId) {
        try {
            source.invalidate(accessKeyId);
        } catch (RuntimeException | Error e) {
            Log.warn("The credentials source " + name + " could not be notified that AWS rejected its credentials: "
                    + FailureText.of(e));
        }
    }

    @Override
    public String toString() {
        return name.name();
    }
}
