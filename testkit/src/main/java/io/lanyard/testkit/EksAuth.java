// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.iam.PodIdentitySession;
import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The EKS Auth service of one cluster, as its agents see it: it knows the cluster's associations, judges a pod's token
 * and the trust of the roles, and can be slow, throttling or down, whatever the agents in front of it are.
 *
 * <p>It checks in this order: the script; the token's times, signature and issuer (both in an {@link EksCluster} only),
 * audience, subject and pod; the association; the trust policy of the role and, where there is one, of the target role.
 * A role must allow {@code sts:AssumeRole} and {@code sts:TagSession}, also where the association disables session tags.
 *
 * <p>Thread-safe. Nothing here blocks: it is the agent that waits.
 */
public final class EksAuth {
    private static final String PRINCIPAL = "pods.eks.amazonaws.com";

    private static final Duration LIFE_OF_CHAINED_ROLE = Duration.ofMinutes(59);

    /** Of STS, for the name of a role session. */
    private static final int LONGEST_SESSION_NAME = 64;

    private final ClusterId cluster;
    private final InstantSource clock;
    private final Duration associationDelay;
    private final @Nullable ServiceAccountTokens issuer;
    private final Map<Subject, List<Change>> associations = new HashMap<>();
    private final Set<String> deletedPods = new HashSet<>();
    private final List<Call> calls = new ArrayList<>();
    private final Queue<EksAuthAnswer> queued = new ArrayDeque<>();
    private EksAuthAnswer standing = EksAuthAnswer.CREDENTIALS;
    private volatile Duration delay = Duration.ZERO;

    /**
     * A call by an agent. Holds no token and no credentials.
     *
     * @param arrived when it arrived, on the cluster's clock; for a renewal that an agent makes up for, when it was due
     * @param tokenId the {@code jti} of the token, null if it has none
     * @param answer the answer, whether or not the agent still waited for it
     */
    public record Call(Instant arrived, @Nullable String tokenId, EksAuthAnswer answer) {}

    /** A cluster as AWS names it. */
    record ClusterId(String name, String region, String account) {
        /** As in the captures. */
        static final ClusterId CAPTURED = new ClusterId("peer-cluster", "us-west-2", "111122223333");

        ClusterId named(String other) {
            return new ClusterId(other, region, account);
        }

        String arn() {
            return "arn:aws:eks:" + region + ":" + account + ":cluster/" + name;
        }
    }

    private record Association(String id, PodIdentityAssociation terms) {}

    private record Change(Instant visibleFrom, @Nullable Association association) {}

    private record Subject(String namespace, String serviceAccount) {
        static final Subject NONE = new Subject("", "");

        static Subject of(Jwt jwt) {
            String[] parts = String.valueOf(jwt.text("sub")).split(":", -1);
            boolean names = parts.length == 4 && parts[0].equals("system") && parts[1].equals("serviceaccount");
            return names ? new Subject(parts[2], parts[3]) : NONE;
        }
    }

    /** What a call comes to. */
    sealed interface Outcome {
        EksAuthAnswer answer();
    }

    /**
     * A role session that is open to the pod.
     *
     * @param roleArn the role of the credentials
     * @param longestLife null if it is not limited
     * @param session all else
     */
    record Grant(String roleArn, @Nullable Duration longestLife, PodIdentitySession session) implements Outcome {
        @Override
        public EksAuthAnswer answer() {
            return EksAuthAnswer.CREDENTIALS;
        }
    }

    /** An answer without credentials, and the agent's words for it. */
    record Refusal(EksAuthAnswer answer, HttpAnswer told) implements Outcome {}

    /** What an agent makes of no answer in time. */
    static final Refusal UNREACHABLE =
            new Refusal(EksAuthAnswer.UNREACHABLE, EksAuthAnswer.UNREACHABLE.told("", "", ClusterId.CAPTURED));

    /**
     * The service of that cluster.
     *
     * @param associationDelay until an association that was created or deleted is visible
     * @param issuer whose tokens alone are good; null if everybody's are
     */
    EksAuth(ClusterId cluster, InstantSource clock, Duration associationDelay, @Nullable ServiceAccountTokens issuer) {
        this.cluster = cluster;
        this.clock = clock;
        this.associationDelay = associationDelay;
        this.issuer = issuer;
    }

    /**
     * Makes it give that answer to every call, until told otherwise.
     *
     * @param answer {@link EksAuthAnswer#CREDENTIALS} for the ordinary ways
     */
    public void answerWith(EksAuthAnswer answer) {
        synchronized (queued) {
            queued.clear();
            standing = Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * Queues answers for the next calls, one each; then as {@link #answerWith} said. An agent that is told of trouble
     * calls up to three times for one request, and calls for its renewals as well.
     *
     * @param answers in order
     */
    public void answerNext(EksAuthAnswer... answers) {
        synchronized (queued) {
            queued.addAll(Arrays.asList(answers));
        }
    }

    /**
     * Makes it slow: every call takes that long, in real time, as a client's timeouts do. An agent gives up a call after
     * one second.
     *
     * @param duration not negative; zero at first
     */
    public void delay(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("must not be negative: " + duration);
        }
        this.delay = duration;
    }

    /** Forgets the script: it is well again, and quick. */
    public void clear() {
        answerWith(EksAuthAnswer.CREDENTIALS);
        delay(Duration.ZERO);
    }

    /**
     * The calls so far, in order of arrival, each listed before its answer leaves. Not to be mixed up with the requests
     * to an agent: there are fewer because of its cache, and more because of its tries.
     *
     * @return a copy
     */
    public List<Call> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    /** Remembers script and associations; the action restores them and clears the record of the calls. */
    Runnable restorePoint() {
        List<EksAuthAnswer> next;
        EksAuthAnswer stands;
        synchronized (queued) {
            next = List.copyOf(queued);
            stands = standing;
        }
        Duration slow = delay;
        Map<Subject, List<Change>> known = new HashMap<>();
        synchronized (associations) {
            associations.forEach((subject, changes) -> known.put(subject, List.copyOf(changes)));
        }
        return () -> {
            answerWith(stands);
            answerNext(next.toArray(EksAuthAnswer[]::new));
            delay(slow);
            synchronized (associations) {
                associations.clear();
                known.forEach((subject, changes) -> associations.put(subject, new ArrayList<>(changes)));
            }
            synchronized (calls) {
                calls.clear();
            }
        };
    }

    Duration delay() {
        return delay;
    }

    ClusterId cluster() {
        return cluster;
    }

    String associate(PodIdentityAssociation association) {
        if (association.policy() != null && association.sessionTags()) {
            throw new IllegalArgumentException(
                    "an association with a policy has no session tags: withoutSessionTags()");
        }
        String id = "a-" + UUID.randomUUID().toString().replace("-", "").substring(0, 17);
        change(association.namespace(), association.serviceAccount(), new Association(id, association));
        return id;
    }

    void disassociate(String namespace, String serviceAccount) {
        change(namespace, serviceAccount, null);
    }

    private void change(String namespace, String serviceAccount, @Nullable Association association) {
        Instant visibleFrom =
                associationDelay.isZero() ? Instant.MIN : clock.instant().plus(associationDelay);
        synchronized (associations) {
            associations
                    .computeIfAbsent(new Subject(namespace, serviceAccount), subject -> new ArrayList<>())
                    .add(new Change(visibleFrom, association));
        }
    }

    boolean isAssociated(String namespace, String serviceAccount) {
        return visible(new Subject(namespace, serviceAccount), clock.instant()) != null;
    }

    private @Nullable Association visible(Subject subject, Instant at) {
        Association visible = null;
        synchronized (associations) {
            for (Change change : associations.getOrDefault(subject, List.of())) {
                if (!change.visibleFrom.isAfter(at)) {
                    visible = change.association;
                }
            }
        }
        return visible;
    }

    void podDeleted(String uid) {
        synchronized (deletedPods) {
            deletedPods.add(uid);
        }
    }

    /** {@code AssumeRoleForPodIdentity} at that moment. */
    Outcome call(Jwt jwt, Instant at) {
        Subject subject = Subject.of(jwt);
        EksAuthAnswer scripted = scripted();
        Outcome outcome = scripted == EksAuthAnswer.CREDENTIALS ? judge(jwt, subject, at) : refusal(scripted, subject);
        synchronized (calls) {
            calls.add(new Call(at, jwt.text("jti"), outcome.answer()));
        }
        return outcome;
    }

    private EksAuthAnswer scripted() {
        synchronized (queued) {
            EksAuthAnswer next = queued.poll();
            return next != null ? next : standing;
        }
    }

    private Outcome judge(Jwt jwt, Subject subject, Instant at) {
        String podUid = jwt.pod("uid");
        if (!jwt.timeFault(at).isEmpty()) {
            return refusal(EksAuthAnswer.EXPIRED_TOKEN, subject);
        }
        if (!isOurs(jwt) || !jwt.hasAudience(PRINCIPAL) || subject.equals(Subject.NONE) || isDeleted(podUid)) {
            return refusal(EksAuthAnswer.INVALID_TOKEN, subject);
        }
        if (podUid == null) {
            return refusal(EksAuthAnswer.INVALID_REQUEST, subject);
        }
        Association association = visible(subject, at);
        if (association == null) {
            return refusal(EksAuthAnswer.NOT_FOUND, subject);
        }
        String pod = String.valueOf(jwt.pod("name"));
        Map<String, String> tags = association.terms.sessionTags() ? tags(subject, pod, podUid) : Map.of();
        if (!isTrusted(association.terms, tags)) {
            return refusal(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY, subject);
        }
        PodIdentitySession session =
                new PodIdentitySession(association.id, sessionName(pod), tags, association.terms.policy());
        IamRole target = association.terms.targetRole();
        return target == null
                ? new Grant(association.terms.role().arn(), null, session)
                : new Grant(target.arn(), LIFE_OF_CHAINED_ROLE, session);
    }

    private Refusal refusal(EksAuthAnswer answer, Subject subject) {
        return new Refusal(answer, answer.told(subject.namespace, subject.serviceAccount, cluster));
    }

    private boolean isOurs(Jwt jwt) {
        return issuer == null || issuer.hasIssued(jwt.token());
    }

    private boolean isDeleted(@Nullable String podUid) {
        synchronized (deletedPods) {
            return podUid != null && deletedPods.contains(podUid);
        }
    }

    private Map<String, String> tags(Subject subject, String pod, String podUid) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("eks-cluster-arn", cluster.arn());
        tags.put("eks-cluster-name", cluster.name());
        tags.put("kubernetes-namespace", subject.namespace);
        tags.put("kubernetes-service-account", subject.serviceAccount);
        tags.put("kubernetes-pod-name", pod);
        tags.put("kubernetes-pod-uid", podUid);
        return Collections.unmodifiableMap(tags);
    }

    private String sessionName(String pod) {
        String unique = "-" + UUID.randomUUID();
        String of = "eks-" + cluster.name() + "-" + pod;
        return of.substring(0, Math.min(of.length(), LONGEST_SESSION_NAME - unique.length())) + unique;
    }

    /** Whether EKS may assume the role and, where there is a target role, that role the target. */
    private boolean isTrusted(PodIdentityAssociation association, Map<String, String> tags) {
        Map<String, String> context = new HashMap<>();
        tags.forEach((name, value) -> context.put("aws:RequestTag/" + name, value));
        IamRole target = association.targetRole();
        return trustsEks(association.role(), context) && (target == null || trustsRoleOf(association, target, context));
    }

    private boolean trustsEks(IamRole role, Map<String, String> tags) {
        Map<String, String> context = new HashMap<>(tags);
        context.put("aws:SourceArn", cluster.arn());
        context.put("aws:SourceAccount", cluster.account());
        return role.trusts(Set.of(PRINCIPAL), context);
    }

    private boolean trustsRoleOf(PodIdentityAssociation association, IamRole target, Map<String, String> tags) {
        String role = association.role().arn();
        String account = RoleArn.accountOf(role);
        Map<String, String> context = new HashMap<>(tags);
        context.put("aws:PrincipalArn", role);
        context.put(
                "sts:ExternalId",
                String.join(
                        "/",
                        cluster.region(),
                        cluster.account(),
                        cluster.name(),
                        association.namespace(),
                        association.serviceAccount()));
        return target.trusts(Set.of(role, account, "arn:aws:iam::" + account + ":root"), context);
    }
}
