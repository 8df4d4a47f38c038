// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.internal.go.Jwt;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The Pod Identity associations of a cluster. Each change becomes visible after a delay. Thread-safe. */
final class EksAssociations {
    private final InstantSource clock;
    private final Duration delay;
    private final Map<Subject, List<Change>> changes = new HashMap<>();

    EksAssociations(InstantSource clock, Duration delay) {
        this.clock = clock;
        this.delay = delay;
    }

    /** A service account. */
    record Subject(String namespace, String serviceAccount) {
        static final Subject NONE = new Subject("", "");

        /** Returns the service account that a token names; {@link #NONE} if it names none. */
        static Subject of(Jwt jwt) {
            String[] parts = String.valueOf(jwt.text("sub")).split(":", -1);
            boolean names = parts.length == 4 && parts[0].equals("system") && parts[1].equals("serviceaccount");
            return names ? new Subject(parts[2], parts[3]) : NONE;
        }
    }

    record Association(String id, PodIdentityAssociation terms) {}

    /** A new association of a service account, or its deletion if the association is null. */
    private record Change(Instant visibleFrom, @Nullable Association association) {}

    /** Creates an association and returns its ID. */
    String create(PodIdentityAssociation terms) {
        if (terms.policy() != null && terms.sessionTags()) {
            throw new IllegalArgumentException(
                    "an association with a policy cannot have session tags; call withoutSessionTags()");
        }
        String id = "a-" + UUID.randomUUID().toString().replace("-", "").substring(0, 17);
        change(new Subject(terms.namespace(), terms.serviceAccount()), new Association(id, terms));
        return id;
    }

    void delete(Subject subject) {
        change(subject, null);
    }

    private void change(Subject subject, @Nullable Association association) {
        Instant visibleFrom = delay.isZero() ? Instant.MIN : clock.instant().plus(delay);
        synchronized (changes) {
            changes.computeIfAbsent(subject, key -> new ArrayList<>()).add(new Change(visibleFrom, association));
        }
    }

    /** Returns the association that is visible at that time; null if there is none. */
    @Nullable
    Association visible(Subject subject, Instant at) {
        Association visible = null;
        synchronized (changes) {
            for (Change change : changes.getOrDefault(subject, List.of())) {
                if (!change.visibleFrom.isAfter(at)) {
                    visible = change.association;
                }
            }
        }
        return visible;
    }

    /** Saves the associations; the action restores them. */
    Runnable restorePoint() {
        Map<Subject, List<Change>> saved = new HashMap<>();
        synchronized (changes) {
            changes.forEach((subject, list) -> saved.put(subject, List.copyOf(list)));
        }
        return () -> {
            synchronized (changes) {
                changes.clear();
                saved.forEach((subject, list) -> changes.put(subject, new ArrayList<>(list)));
            }
        };
    }
}
