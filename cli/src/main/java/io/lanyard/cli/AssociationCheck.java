// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads Pod Identity associations, and says whether one of them is for this pod and what it means. */
final class AssociationCheck {

    /** The verdict on the associations. */
    enum Decision {
        /** One of them is for the pod. */
        MATCHES,
        /** None of them is. */
        NO_MATCH,
        /** It is not known which pod is meant, and there is not just one association. */
        UNDECIDED
    }

    /**
     * What the check found.
     *
     * @param decision the verdict
     * @param lines the verdict in words, and what the association means; the first line is the verdict
     * @param facts the names that became known
     * @param findings the problems that were found
     */
    record Verdict(Decision decision, List<String> lines, Facts facts, List<Finding> findings) {}

    /** How many associations are read; a cluster has at most 5,000. */
    private static final int MOST = 20_000;

    private final Facts known;
    private final Optional<Instant> podCreated;
    private final List<String> lines = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private AssociationCheck(Facts known, Optional<Instant> podCreated) {
        this.known = known;
        this.podCreated = podCreated;
    }

    /**
     * Reads associations.
     *
     * @param input the output of {@code aws eks describe-pod-identity-association} or
     *     {@code list-pod-identity-associations}
     * @param known the names of the cluster, namespace and service account of the pod, as far as they are known
     * @param podCreated when the pod was created; empty when it is not known
     * @return the verdict
     * @throws UnreadableInputException when it is no such output
     */
    static Verdict of(String input, Facts known, Optional<Instant> podCreated) {
        JsonNode json = JsonInput.read(input);
        List<JsonNode> associations = new ArrayList<>();
        JsonNode list = json.isArray() ? json : json.path("associations");
        if (list.isArray()) {
            for (JsonNode node : list) {
                if (associations.size() == MOST) {
                    break;
                }
                associations.add(node);
            }
        } else if (json.path("association").isObject()) {
            associations.add(json.path("association"));
        } else if (json.has("serviceAccount") && json.has("namespace")) {
            associations.add(json);
        } else {
            throw new UnreadableInputException("it has neither association nor associations");
        }
        return new AssociationCheck(known, podCreated).verdict(associations);
    }

    private Verdict verdict(List<JsonNode> associations) {
        List<JsonNode> matching = associations.stream().filter(this::matches).toList();
        boolean podKnown = known.get(Fact.NAMESPACE).isPresent()
                && known.get(Fact.SERVICE_ACCOUNT).isPresent();
        if (matching.isEmpty()) {
            return noMatch(associations);
        }
        if (!podKnown && matching.size() > 1) {
            lines.add("There are " + matching.size()
                    + " associations; give --namespace and --service-account to say which pod is meant");
            return new Verdict(Decision.UNDECIDED, List.copyOf(lines), known, List.of());
        }
        JsonNode association = matching.get(0);
        Facts facts = known.or(facts(association));
        lines.add(
                podKnown
                        ? "The association is for this pod's " + subject(facts)
                        : "The association is for the " + subject(facts)
                                + "; give --namespace and --service-account to compare");
        meaning(association, facts);
        return new Verdict(Decision.MATCHES, List.copyOf(lines), facts, List.copyOf(findings));
    }

    private boolean matches(JsonNode association) {
        return matches(association, "clusterName", Fact.CLUSTER)
                && matches(association, "namespace", Fact.NAMESPACE)
                && matches(association, "serviceAccount", Fact.SERVICE_ACCOUNT);
    }

    private boolean matches(JsonNode association, String field, Fact fact) {
        Optional<String> wanted = known.get(fact);
        return wanted.isEmpty() || wanted.get().equals(association.path(field).asText());
    }

    private Verdict noMatch(List<JsonNode> associations) {
        Finding general = Problem.NO_ASSOCIATION.with(known);
        String why = "there is none";
        for (JsonNode association : associations) {
            Facts facts = facts(association);
            why = "the " + (associations.size() == 1 ? "association" : "nearest of " + associations.size())
                    + " is for the " + subject(facts);
            if (facts.get(Fact.NAMESPACE).equals(known.get(Fact.NAMESPACE))
                    || facts.get(Fact.SERVICE_ACCOUNT).equals(known.get(Fact.SERVICE_ACCOUNT))) {
                break;
            }
        }
        lines.add("No association is for the " + subject(known) + ": " + why);
        Finding finding = new Finding(general.problem(), lines.get(0), general.remedy(), general.paste());
        return new Verdict(Decision.NO_MATCH, List.copyOf(lines), known, List.of(finding));
    }

    private static String subject(Facts facts) {
        return "service account " + facts.get(Fact.SERVICE_ACCOUNT).orElse("(not given)") + " in namespace "
                + facts.get(Fact.NAMESPACE).orElse("(not given)")
                + facts.get(Fact.CLUSTER)
                        .map(cluster -> " of cluster " + cluster)
                        .orElse("");
    }

    private static Facts facts(JsonNode association) {
        Facts facts = Facts.none();
        facts = facts.with(Fact.CLUSTER, association.path("clusterName").asText());
        facts = facts.with(Fact.NAMESPACE, association.path("namespace").asText());
        facts = facts.with(
                Fact.SERVICE_ACCOUNT, association.path("serviceAccount").asText());
        facts = facts.with(Fact.ROLE, association.path("roleArn").asText());
        String[] arn = association.path("associationArn").asText().split(":", 6);
        return arn.length < 6 ? facts : facts.with(Fact.REGION, arn[3]).with(Fact.ACCOUNT, arn[4]);
    }

    private void meaning(JsonNode association, Facts facts) {
        if (facts.get(Fact.ROLE).isPresent()) {
            lines.add("The pod gets the role " + facts.get(Fact.ROLE).get()
                    + "; check its trust policy with --trust-policy");
        } else {
            lines.add("The output names no role; list-pod-identity-associations leaves it out, and aws eks"
                    + " describe-pod-identity-association has it");
        }
        JsonInput.name(association, "targetRoleArn", Fact.ROLE).ifPresent(target -> {
            lines.add(
                    "The credentials are those of the target role " + target
                            + ", valid for 59 min. Its trust policy must"
                            + " allow the pod's role sts:AssumeRole and sts:TagSession, and so must a policy of the pod's role");
            findings.add(Problem.CREDENTIALS_UNCHANGED.with(facts));
        });
        if (association.path("disableSessionTags").asBoolean()) {
            lines.add("Session tags are off: a condition on aws:RequestTag or aws:PrincipalTag is not met");
        }
        Optional<Instant> created = instant(association.path("createdAt"));
        created.ifPresent(time -> lines.add(
                "It was created at " + time + "; a pod that is older has no settings of it until it is recreated"));
        if (created.isPresent() && podCreated.isPresent() && podCreated.get().isBefore(created.get())) {
            findings.add(Problem.POD_OLDER_THAN_ASSOCIATION.with(facts));
        }
    }

    /** The CLI prints ISO 8601 or, on request, seconds. */
    private static Optional<Instant> instant(JsonNode node) {
        try {
            return node.isNumber()
                    ? Optional.of(Instant.ofEpochSecond(node.asLong()))
                    : node.isTextual()
                            ? Optional.of(OffsetDateTime.parse(node.asText()).toInstant())
                            : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
