// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.FailureKind;
import io.lanyard.refresh.Backoff;
import io.lanyard.refresh.RefreshPolicy;
import java.time.Duration;
import java.util.List;

/**
 * A refresh policy of a fleet's pods.
 *
 * @param name the id in files
 * @param title the name in tables and charts
 * @param cap the longest back-off after upstream failures, in seconds; 0 if that is not what varies
 * @param factory creates a pod
 */
record Policy(String name, String title, int cap, PodFactory factory) {
    /** The longest back-off of {@link Backoff#standard()} after upstream failures, in seconds. */
    private static final int STANDARD_CAP = 50;

    static final Policy LANYARD = lanyard("lanyard", "Lanyard", STANDARD_CAP, RefreshPolicy.standard());
    static final Policy RELEASED =
            new Policy("sdk", "AWS SDK", 0, (fleet, agent) -> new SdkPod(fleet, agent, SdkRules.RELEASED));
    static final Policy ANNOUNCED =
            new Policy("announced", "announced", 0, (fleet, agent) -> new SdkPod(fleet, agent, SdkRules.ANNOUNCED));

    static final List<Policy> CONTESTANTS = List.of(LANYARD, RELEASED, ANNOUNCED);

    /** Lanyard with other limits of the back-off, including its own, and the other policies. */
    static final List<Policy> CAPS = List.of(
            RELEASED,
            ANNOUNCED,
            capped(10),
            capped(20),
            capped(30),
            capped(STANDARD_CAP),
            capped(90),
            capped(180),
            capped(300));

    /** Lanyard with refresh windows longer than an hour. */
    static final List<Policy> WINDOWS = List.of(windowed(90), windowed(120), windowed(150), windowed(180));

    /** Creates a pod. */
    @FunctionalInterface
    interface PodFactory {
        Pod pod(Fleet fleet, Agent agent);
    }

    private static Policy windowed(int minutes) {
        return lanyard(
                "lanyard-window-" + minutes + "m",
                "window " + minutes + " min",
                0,
                RefreshPolicy.builder()
                        .advisoryWindow(Duration.ofMinutes(minutes))
                        .build());
    }

    private static Policy capped(int seconds) {
        return lanyard(
                "lanyard-" + seconds + "s",
                "Lanyard " + seconds + " s",
                seconds,
                RefreshPolicy.builder().backoff(backoff(seconds)).build());
    }

    /** Returns Lanyard's back-off with another limit: after upstream failures, the standard one on a scaled time axis. */
    static Backoff backoff(int seconds) {
        Backoff standard = Backoff.standard();
        double scale = (double) seconds / STANDARD_CAP;
        return (kind, failures, left, random) -> {
            if (kind == FailureKind.LOCAL || left == null) {
                return standard.pause(kind, failures, left, random);
            }
            return scaled(standard.pause(kind, failures, scaled(left, 1 / scale), random), scale);
        };
    }

    private static Duration scaled(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }

    private static Policy lanyard(String name, String title, int cap, RefreshPolicy policy) {
        return new Policy(name, title, cap, (fleet, agent) -> new LanyardPod(fleet, agent, policy));
    }
}
