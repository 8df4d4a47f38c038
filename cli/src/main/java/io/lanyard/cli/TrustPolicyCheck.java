// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lanyard.cli.TrustStatement.Condition;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges the trust policy of a role as EKS Auth meets it: IAM must allow {@code sts:AssumeRole} and {@code sts:TagSession} to
 * the principal {@code pods.eks.amazonaws.com} under the session tags of the pod.
 *
 * <p>A value that is not known, for example because no cluster was given, makes the verdict undecided only where the policy
 * depends on it.
 */
final class TrustPolicyCheck {

    /** The verdict on a policy. */
    enum Decision {
        /** EKS Auth can assume the role. */
        TRUSTED,
        /** It cannot. */
        NOT_TRUSTED,
        /** It depends on what is not known here. */
        UNDECIDED
    }

    /**
     * What the check found.
     *
     * @param decision the verdict
     * @param sentence the verdict in words, with its first reason
     * @param reasons every reason, in words
     * @param statement the statement at fault, from 1; empty when none is
     * @param policy the policy to write, in JSON; empty unless the role is not trusted
     * @param facts the names that became known
     * @param findings the problem, with the policy to paste; empty unless the role is not trusted
     */
    record Verdict(
            Decision decision,
            String sentence,
            List<String> reasons,
            OptionalInt statement,
            String policy,
            Facts facts,
            List<Finding> findings) {}

    private static final List<String> ACTIONS = List.of(PodIdentityRequest.ASSUME_ROLE, PodIdentityRequest.TAG_SESSION);
    /** Foreign text that is shown has this shape. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9:/*?._@+=,-]{1,200}");

    private static final Pattern ROLE_NAME = Pattern.compile("[A-Za-z0-9+=,.@_-]{1,64}");

    private final JsonNode document;
    private final List<TrustStatement> statements = new ArrayList<>();
    private final PodIdentityRequest request;
    private final Facts facts;
    private final Set<String> reasons = new LinkedHashSet<>();
    private @Nullable TrustStatement atFault;

    private TrustPolicyCheck(JsonNode document, PodIdentityRequest request, Facts facts) {
        this.document = document;
        this.request = request;
        this.facts = facts;
        JsonNode list = document.path("Statement");
        if (list.isArray()) {
            list.forEach(node -> statements.add(TrustStatement.of(statements.size() + 1, node)));
        } else if (list.isObject()) {
            statements.add(TrustStatement.of(1, list));
        }
        if (statements.isEmpty()) {
            throw new UnreadableInputException("it has no Statement");
        }
    }

    /**
     * Judges a policy.
     *
     * @param input the policy, or the output of {@code aws iam get-role}
     * @param known the names of the cluster, namespace, service account, account and Region, as far as they are known
     * @return the verdict
     * @throws UnreadableInputException when it is no trust policy
     */
    static Verdict of(String input, Facts known) {
        return of(input, known, true);
    }

    /**
     * Judges a policy.
     *
     * @param input the policy, or the output of {@code aws iam get-role}
     * @param known the names that are known
     * @param sessionTags whether the association leaves the session tags on
     * @return the verdict
     * @throws UnreadableInputException when it is no trust policy
     */
    static Verdict of(String input, Facts known, boolean sessionTags) {
        JsonNode json = JsonInput.read(input);
        JsonNode role = json.has("Role") ? json.path("Role") : json;
        Facts facts = known;
        Optional<String> arn = JsonInput.name(role, "Arn", Fact.ROLE);
        if (arn.isPresent()) {
            // EKS takes only a role of the cluster's account
            facts = facts.or(Facts.none()
                    .with(Fact.ROLE, arn.get())
                    .with(Fact.ACCOUNT, arn.get().split(":", 6)[4]));
        }
        JsonNode policy = role.path("AssumeRolePolicyDocument");
        policy = policy.isMissingNode() ? role : policy.isTextual() ? JsonInput.read(policy.asText()) : policy;
        return new TrustPolicyCheck(policy, new PodIdentityRequest(facts, sessionTags), facts).verdict();
    }

    private Truth allowed(String action) {
        Truth allow = Truth.NO;
        Truth deny = Truth.NO;
        for (TrustStatement statement : statements) {
            Truth applies = statement.applies(action, request);
            if (statement.allows()) {
                allow = allow.or(applies);
            } else {
                deny = deny.or(applies);
            }
        }
        return allow.and(deny.not());
    }

    private Truth trusted() {
        return ACTIONS.stream().map(this::allowed).reduce(Truth.YES, Truth::and);
    }

    private Verdict verdict() {
        return switch (trusted()) {
            case YES ->
                new Verdict(
                        Decision.TRUSTED,
                        "EKS Pod Identity may assume the role" + subject(),
                        List.of(),
                        OptionalInt.empty(),
                        "",
                        facts,
                        List.of());
            case NO -> notTrusted();
            case UNKNOWN -> undecided();
        };
    }

    private String subject() {
        String pod = facts.get(Fact.SERVICE_ACCOUNT)
                .map(account -> " for the service account " + account
                        + facts.get(Fact.NAMESPACE)
                                .map(namespace -> " in namespace " + namespace)
                                .orElse(""))
                .orElse("");
        return pod
                + facts.get(Fact.CLUSTER)
                        .map(cluster -> " of cluster " + cluster)
                        .orElse("");
    }

    private Verdict notTrusted() {
        for (String action : ACTIONS) {
            if (allowed(action) == Truth.NO) {
                explain(action);
            }
        }
        String policy = JsonInput.pretty(corrected());
        String first = reasons.iterator().next();
        String name = facts.get(Fact.ROLE)
                .map(arn -> arn.substring(arn.lastIndexOf('/') + 1))
                .filter(ROLE_NAME.asMatchPredicate())
                .orElse("ROLE_NAME");
        Finding finding = new Finding(
                Problem.ROLE_TRUST_POLICY,
                "EKS Pod Identity may not assume the role" + subject() + ": " + String.join("; ", reasons),
                "write this policy to trust.json and run aws iam update-assume-role-policy --role-name " + name
                        + " --policy-document file://trust.json; a change takes a minute or two",
                policy);
        return new Verdict(
                Decision.NOT_TRUSTED,
                "EKS Pod Identity may not assume the role" + subject() + ": " + first,
                List.copyOf(reasons),
                atFault == null ? OptionalInt.empty() : OptionalInt.of(atFault.number()),
                policy,
                facts,
                List.of(finding));
    }

    private Verdict undecided() {
        for (TrustStatement statement : statements) {
            for (Condition condition : statement.conditions()) {
                if (statement.namesEks() && condition.holds(request) == Truth.UNKNOWN) {
                    reasons.add(named(statement) + " depends on " + shown(condition.key()) + option(condition.key()));
                    blame(statement);
                }
            }
        }
        return new Verdict(
                Decision.UNDECIDED,
                "Whether EKS Pod Identity may assume the role cannot be said: "
                        + reasons.iterator().next(),
                List.copyOf(reasons),
                atFault == null ? OptionalInt.empty() : OptionalInt.of(atFault.number()),
                "",
                facts,
                List.of());
    }

    /** The option that would give the value of a key. */
    private static String option(String key) {
        return switch (key.toLowerCase(Locale.ROOT)) {
            case "aws:requesttag/eks-cluster-name" -> " (give --cluster)";
            case "aws:requesttag/eks-cluster-arn", "aws:sourcearn" -> " (give --cluster, --region and --account)";
            case "aws:requesttag/kubernetes-namespace" -> " (give --namespace)";
            case "aws:requesttag/kubernetes-service-account" -> " (give --service-account)";
            case "aws:sourceaccount" -> " (give --account)";
            default -> ", which this check does not know";
        };
    }

    /** Finds what keeps an action from being allowed. */
    private void explain(String action) {
        List<TrustStatement> denials = statements.stream()
                .filter(statement -> !statement.allows() && statement.applies(action, request) == Truth.YES)
                .toList();
        if (!denials.isEmpty()) {
            denials.forEach(statement -> {
                reasons.add(named(statement) + " denies " + action + " to " + PodIdentityRequest.PRINCIPAL);
                blame(statement);
            });
            return;
        }
        Optional<TrustStatement> candidate = candidate(action);
        if (candidate.isEmpty()) {
            reasons.add("no statement allows the principal " + PodIdentityRequest.PRINCIPAL + otherPrincipal());
            return;
        }
        TrustStatement statement = candidate.get();
        blame(statement);
        if (!statement.covers(action)) {
            reasons.add(named(statement) + " lacks the action " + action);
            return;
        }
        for (Condition condition : statement.conditions()) {
            if (condition.holds(request) == Truth.NO) {
                reasons.add(named(statement) + " has a condition that is not met: " + described(condition));
            }
        }
    }

    /** The Allow statement for EKS that comes nearest to allowing an action. */
    private Optional<TrustStatement> candidate(String action) {
        Optional<TrustStatement> first = Optional.empty();
        for (TrustStatement statement : statements) {
            if (statement.allows() && statement.namesEks()) {
                if (statement.covers(action)) {
                    return Optional.of(statement);
                }
                first = first.isPresent() ? first : Optional.of(statement);
            }
        }
        return first;
    }

    private void blame(TrustStatement statement) {
        if (atFault == null) {
            atFault = statement;
        }
    }

    private String otherPrincipal() {
        for (TrustStatement statement : statements) {
            JsonNode principal = statement.node().path("Principal");
            if (statement.allows() && principal.has("Federated")) {
                return "; statement " + statement.number() + " is for a federated provider, as IRSA uses it";
            }
            for (String service : TrustStatement.texts(principal.path("Service"))) {
                if (statement.allows() && PLAIN.matcher(service).matches()) {
                    return "; statement " + statement.number() + " is for " + service;
                }
            }
        }
        return "";
    }

    private static String named(TrustStatement statement) {
        String sid = statement.node().path("Sid").asText();
        return "statement " + statement.number() + (PLAIN.matcher(sid).matches() ? " (Sid " + sid + ")" : "");
    }

    private String described(Condition condition) {
        PodIdentityRequest.Values actual = request.values(condition.key());
        String value = actual.values().isEmpty() ? null : actual.values().get(0);
        String found = actual.values().isEmpty()
                ? "EKS does not send this key"
                : value == null
                        ? "EKS sends another value"
                        : actual.values().size() == 1 ? "EKS sends " + shown(value) : "EKS sends its six session tags";
        return shown(condition.operator()) + " " + shown(condition.key()) + " "
                + String.join(
                        ", ",
                        condition.values().stream()
                                .limit(5)
                                .map(TrustPolicyCheck::shown)
                                .toList())
                + ", and " + found;
    }

    private static String shown(String foreign) {
        return PLAIN.matcher(foreign).matches() ? foreign : "(not shown)";
    }

    /** The policy with what is at fault corrected, or with a statement more where that is not enough. */
    private ObjectNode corrected() {
        ObjectNode policy = document.deepCopy();
        ArrayNode kept = JsonInput.mapper().createArrayNode();
        Optional<TrustStatement> candidate = candidate(PodIdentityRequest.ASSUME_ROLE);
        for (TrustStatement statement : statements) {
            boolean denies = !statement.allows()
                    && ACTIONS.stream().anyMatch(action -> statement.applies(action, request) == Truth.YES);
            if (!denies) {
                kept.add(candidate.filter(statement::equals).isPresent() ? corrected(statement) : statement.node());
            }
        }
        policy.set("Statement", kept);
        if (kept.isEmpty() || new TrustPolicyCheck(policy, request, facts).trusted() == Truth.NO) {
            kept.add(statementForEks());
        }
        if (!policy.path("Version").isTextual()) {
            policy.put("Version", "2012-10-17");
        }
        return policy;
    }

    private static ObjectNode statementForEks() {
        ObjectNode statement = JsonInput.mapper().createObjectNode();
        statement.put("Effect", "Allow");
        statement.putObject("Principal").put("Service", PodIdentityRequest.PRINCIPAL);
        ACTIONS.forEach(statement.putArray("Action")::add);
        return statement;
    }

    private ObjectNode corrected(TrustStatement statement) {
        ObjectNode node = statement.node().deepCopy();
        if (!ACTIONS.stream().allMatch(statement::covers)) {
            Set<String> actions = new LinkedHashSet<>(TrustStatement.texts(node.path("Action")));
            actions.addAll(ACTIONS);
            node.remove("NotAction");
            ArrayNode list = node.putArray("Action");
            actions.forEach(list::add);
        }
        for (Condition condition : statement.conditions()) {
            if (condition.holds(request) == Truth.NO) {
                correct(node, condition);
            }
        }
        if (node.path("Condition").isObject() && node.path("Condition").isEmpty()) {
            node.remove("Condition");
        }
        return node;
    }

    /** Adds the pod's own value to a condition, or removes the condition where that is not possible. */
    private void correct(ObjectNode statement, Condition condition) {
        ObjectNode tests = (ObjectNode) statement.path("Condition").path(condition.operator());
        List<@Nullable String> actual = request.values(condition.key()).values();
        String value = actual.size() == 1 ? actual.get(0) : null;
        if (value != null && condition.acceptsMoreByValues()) {
            ArrayNode values = tests.putArray(condition.key());
            condition.values().forEach(values::add);
            values.add(value);
            return;
        }
        tests.remove(condition.key());
        if (tests.isEmpty()) {
            ((ObjectNode) statement.path("Condition")).remove(condition.operator());
        }
    }
}
