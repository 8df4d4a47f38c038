// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.EksAssociations.Association;
import io.lanyard.testkit.EksAssociations.Subject;
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
 * The EKS Auth service of one cluster, as its agents see it. It knows the cluster's associations, checks a pod's token
 * and the trust policies of the roles, and can be slow, throttling or down independently of its agents.
 *
 * <p>Each call takes the next scripted answer. Without one, EKS Auth checks in this order: the token's times, signature
 * and issuer (the latter two only in an {@link EksCluster}), audience, subject and pod; the association; the trust policy
 * of the role and of the target role, if any. A role must allow {@code sts:AssumeRole} and {@code sts:TagSession}, even
 * if the association disables session tags.
 *
 * <p>Thread-safe. Nothing here blocks: the agent waits.
 */
public final class EksAuth {
    private static final String PRINCIPAL = "pods.eks.amazonaws.com";

    private static final Duration CHAINED_ROLE_LIFETIME = Duration.ofMinutes(59);

    /** Limit of STS. */
    private static final int LONGEST_SESSION_NAME = 64;

    private final ClusterId cluster;
    private final InstantSource clock;
    private final @Nullable ServiceAccountTokens issuer;
    private final EksAssociations associations;
    private final Set<String> deletedPods = new HashSet<>();
    private final List<Call> calls = new ArrayList<>();
    private final Queue<EksAuthAnswer> queued = new ArrayDeque<>();
    private EksAuthAnswer standing = EksAuthAnswer.CREDENTIALS;
    private volatile Duration delay = Duration.ZERO;

    /**
     * A call by an agent. Contains no token and no credentials.
     *
     * @param arrived when it arrived, on the cluster's clock; for a renewal that an agent makes up for, when it was due
     * @param tokenId the {@code jti} of the token, null if it has none
     * @param answer the answer, whether or not the agent still waited for it
     */
    public record Call(Instant arrived, @Nullable String tokenId, EksAuthAnswer answer) {}

    /** The name of a cluster in AWS. */
    record ClusterId(String name, String region, String account) {
        /** The cluster of the captures. */
        static final ClusterId CAPTURED = new ClusterId("peer-cluster", "us-west-2", "111122223333");

        ClusterId named(String other) {
            return new ClusterId(other, region, account);
        }

        String arn() {
            return "arn:aws:eks:" + region + ":" + account + ":cluster/" + name;
        }
    }

    /** The result of a call. */
    sealed interface Outcome {
        EksAuthAnswer answer();
    }

    /**
     * A role session for the pod.
     *
     * @param roleArn the role of the credentials
     * @param longestLifetime null if it is not limited
     * @param session the session
     */
    record Grant(String roleArn, @Nullable Duration longestLifetime, PodIdentitySession session) implements Outcome {
        @Override
        public EksAuthAnswer answer() {
            return EksAuthAnswer.CREDENTIALS;
        }
    }

    /** An answer without credentials, and the response that the agent sends to its client. */
    record Refusal(EksAuthAnswer answer, HttpAnswer response) implements Outcome {}

    /** The result of a call that EKS Auth does not answer in time. */
    static final Refusal UNREACHABLE =
            new Refusal(EksAuthAnswer.UNREACHABLE, EksAuthAnswer.UNREACHABLE.response("", "", ClusterId.CAPTURED));

    /**
     * Creates the service of a cluster.
     *
     * @param associationDelay until a created or deleted association is visible
     * @param issuer the only accepted issuer of tokens; null accepts all issuers
     */
    EksAuth(ClusterId cluster, InstantSource clock, Duration associationDelay, @Nullable ServiceAccountTokens issuer) {
        this.cluster = cluster;
        this.clock = clock;
        this.issuer = issuer;
        this.associations = new EksAssociations(clock, associationDelay);
    }

    /**
     * Gives this answer to every call that has no queued one, and discards the queue.
     *
     * @param answer {@link EksAuthAnswer#CREDENTIALS} to answer normally
     */
    public void answerWith(EksAuthAnswer answer) {
        synchronized (queued) {
            queued.clear();
            standing = Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * Queues answers for the next calls, one each; then the answer of {@link #answerWith} applies. After a transient
     * failure an agent calls up to three times for one request, and it also calls for its renewals.
     *
     * @param answers in order
     */
    public void answerNext(EksAuthAnswer... answers) {
        synchronized (queued) {
            queued.addAll(Arrays.asList(answers));
        }
    }

    /**
     * Delays every answer, in real time because clients' timeouts run in real time. An agent abandons a call after one
     * second.
     *
     * @param duration not negative; zero at first
     */
    public void delay(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("duration must not be negative: " + duration);
        }
        this.delay = duration;
    }

    /** Discards the script: EKS Auth answers normally and without delay. */
    public void clear() {
        answerWith(EksAuthAnswer.CREDENTIALS);
        delay(Duration.ZERO);
    }

    /**
     * Returns the calls so far, in order of arrival. A call is recorded before it is answered. Calls differ from the
     * requests to an agent: its cache saves calls, and its retries add some.
     *
     * @return a copy
     */
    public List<Call> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    /** Saves script and associations; the action restores them and clears the record of calls. */
    Runnable restorePoint() {
        List<EksAuthAnswer> next;
        EksAuthAnswer stands;
        synchronized (queued) {
            next = List.copyOf(queued);
            stands = standing;
        }
        Duration slow = delay;
        Runnable associated = associations.restorePoint();
        return () -> {
            answerWith(stands);
            answerNext(next.toArray(EksAuthAnswer[]::new));
            delay(slow);
            associated.run();
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
        return associations.create(association);
    }

    void disassociate(String namespace, String serviceAccount) {
        associations.delete(new Subject(namespace, serviceAccount));
    }

    boolean isAssociated(String namespace, String serviceAccount) {
        return associations.visible(new Subject(namespace, serviceAccount), clock.instant()) != null;
    }

    void podDeleted(String uid) {
        synchronized (deletedPods) {
            deletedPods.add(uid);
        }
    }

    /** Answers {@code AssumeRoleForPodIdentity} at that time. */
    Outcome call(Jwt jwt, Instant at) {
        Subject subject = Subject.of(jwt);
        EksAuthAnswer scripted = scripted();
        Outcome outcome =
                scripted == EksAuthAnswer.CREDENTIALS ? evaluate(jwt, subject, at) : refusal(scripted, subject);
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

    private Outcome evaluate(Jwt jwt, Subject subject, Instant at) {
        String podUid = jwt.pod("uid");
        if (!jwt.timeFault(at).isEmpty()) {
            return refusal(EksAuthAnswer.EXPIRED_TOKEN, subject);
        }
        if (!isIssuedHere(jwt) || !jwt.hasAudience(PRINCIPAL) || subject.equals(Subject.NONE) || isDeleted(podUid)) {
            return refusal(EksAuthAnswer.INVALID_TOKEN, subject);
        }
        if (podUid == null) {
            return refusal(EksAuthAnswer.INVALID_REQUEST, subject);
        }
        Association association = associations.visible(subject, at);
        if (association == null) {
            return refusal(EksAuthAnswer.NOT_FOUND, subject);
        }
        String pod = String.valueOf(jwt.pod("name"));
        PodIdentityAssociation terms = association.terms();
        Map<String, String> tags = terms.sessionTags() ? tags(subject, pod, podUid) : Map.of();
        if (!isTrusted(terms, tags)) {
            return refusal(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY, subject);
        }
        PodIdentitySession session = new PodIdentitySession(association.id(), sessionName(pod), tags, terms.policy());
        IamRole target = terms.targetRole();
        return target == null
                ? new Grant(terms.role().arn(), null, session)
                : new Grant(target.arn(), CHAINED_ROLE_LIFETIME, session);
    }

    private Refusal refusal(EksAuthAnswer answer, Subject subject) {
        return new Refusal(answer, answer.response(subject.namespace(), subject.serviceAccount(), cluster));
    }

    private boolean isIssuedHere(Jwt jwt) {
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
        tags.put("kubernetes-namespace", subject.namespace());
        tags.put("kubernetes-service-account", subject.serviceAccount());
        tags.put("kubernetes-pod-name", pod);
        tags.put("kubernetes-pod-uid", podUid);
        return Collections.unmodifiableMap(tags);
    }

    private String sessionName(String pod) {
        String unique = "-" + UUID.randomUUID();
        String of = "eks-" + cluster.name() + "-" + pod;
        return of.substring(0, Math.min(of.length(), LONGEST_SESSION_NAME - unique.length())) + unique;
    }

    /** Returns whether EKS may assume the role, and the role may assume the target role, if any. */
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
