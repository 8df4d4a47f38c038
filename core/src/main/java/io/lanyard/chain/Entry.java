// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.report.ForeignText;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A source at its place in a chain, and what the chain remembers of it. */
final class Entry<T> {

    final Slot slot;
    final Link<T> link;
    final OnFailure onFailure;

    /** Why it gave nothing to the last selection that asked it. */
    volatile @Nullable Throwable failure;

    private volatile boolean stopLogged;
    private volatile @Nullable String warnedOf;

    Entry(Slot slot, Link<T> link, OnFailure onFailure) {
        this.slot = slot;
        this.link = link;
        this.onFailure = onFailure;
    }

    /** Detects whether it is configured, and logs once what it lacks. */
    Detection detect() {
        Detection detection = link.detect();
        if (detection.state() == LinkState.INCOMPLETE && !detection.reason().equals(warnedOf)) {
            warnedOf = detection.reason();
            CredentialsChain.log(
                    Level.WARNING,
                    "The credentials source " + slot + " is incomplete and is skipped: "
                            + ForeignText.clean(detection.reason()) + ". Remedy: "
                            + detection.remedy().orElse("complete it or unset it"));
        }
        return detection;
    }

    /** Asks it; also when the link throws where it must not, for it may be anyone's. */
    CompletableFuture<T> ask() {
        try {
            return Objects.requireNonNull(link.resolveAsync(), "the source returned no future");
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    void answered() {
        failure = null;
        stopLogged = false;
    }

    /** Once an outage, however many calls fail in it. */
    void logStop(Throwable why) {
        if (!stopLogged) {
            stopLogged = true;
            CredentialsChain.log(
                    Level.WARNING,
                    "The credentials source " + slot + " is configured and failed. No later source is used in its"
                            + " place. " + ForeignText.of(why));
        }
    }

    /** Harms no other source. */
    void close() {
        try {
            link.close();
        } catch (RuntimeException | Error e) {
            CredentialsChain.log(
                    Level.WARNING, "The credentials source " + slot + " could not be closed: " + ForeignText.of(e));
        }
    }

    /** Harms no other source either. */
    void invalidate(String accessKeyId) {
        try {
            link.invalidate(accessKeyId);
        } catch (RuntimeException | Error e) {
            CredentialsChain.log(
                    Level.WARNING,
                    "The credentials source " + slot + " could not be notified that AWS rejected its credentials: "
                            + ForeignText.of(e));
        }
    }

    @Override
    public String toString() {
        return slot.name();
    }
}
