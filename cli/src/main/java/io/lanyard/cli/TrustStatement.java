// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lanyard.cli.PodIdentityRequest.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One statement of a trust policy, read as IAM reads it.
 *
 * @param number its place in the policy, from 1
 * @param allows whether its effect is Allow
 * @param node the statement in JSON
 * @param conditions its conditions, all of which must hold
 */
record TrustStatement(int number, boolean allows, JsonNode node, List<Condition> conditions) {

    static TrustStatement of(int number, JsonNode node) {
        String effect = node.path("Effect").asText();
        if (!node.isObject() || !(effect.equals("Allow") || effect.equals("Deny"))) {
            throw new UnreadableInputException("statement " + number + " has no Effect of Allow or Deny");
        }
        if (node.has("Resource") || node.has("NotResource")) {
            throw new UnreadableInputException(
                    "statement " + number + " has a Resource, which IAM does not accept in a trust policy");
        }
        List<Condition> conditions = new ArrayList<>();
        for (Map.Entry<String, JsonNode> operator : node.path("Condition").properties()) {
            for (Map.Entry<String, JsonNode> test : operator.getValue().properties()) {
                conditions.add(Condition.of(operator.getKey(), test.getKey(), texts(test.getValue())));
            }
        }
        return new TrustStatement(number, effect.equals("Allow"), node, List.copyOf(conditions));
    }

    /** Whether it is about EKS Pod Identity. */
    boolean namesEks() {
        return node.has("NotPrincipal")
                ? !matchesPrincipal(node.path("NotPrincipal"))
                : matchesPrincipal(node.path("Principal"));
    }

    private static boolean matchesPrincipal(JsonNode principal) {
        if (principal.isTextual()) {
            return principal.asText().equals("*");
        }
        List<String> services = texts(principal.path("Service"));
        return services.contains(PodIdentityRequest.PRINCIPAL)
                || services.contains("*")
                || texts(principal.path("AWS")).contains("*");
    }

    /** Whether it is about an action. */
    boolean covers(String action) {
        boolean inverse = node.has("NotAction");
        String wanted = action.toLowerCase(Locale.ROOT);
        boolean matched = texts(node.path(inverse ? "NotAction" : "Action")).stream()
                .anyMatch(pattern -> Wildcards.match(pattern.toLowerCase(Locale.ROOT), wanted));
        return inverse != matched;
    }

    /** Whether it applies to an action of EKS. */
    Truth applies(String action, PodIdentityRequest request) {
        Truth truth = Truth.of(namesEks() && covers(action));
        for (Condition condition : conditions) {
            truth = truth.and(condition.holds(request));
        }
        return truth;
    }

    /** A list, or one value without the brackets of a list. */
    static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(element -> texts.add(element.asText()));
        } else if (node.isValueNode()) {
            texts.add(node.asText());
        }
        return texts;
    }

    /**
     * One condition: an operator, a key, and the values that it accepts.
     *
     * @param operator the operator as it is written
     * @param base the operator without its set prefix and {@code IfExists}, in lower case
     * @param ofAll whether it begins with {@code ForAllValues:}
     * @param ifExists whether it ends with {@code IfExists}
     * @param key the condition key as it is written
     * @param values the values
     */
    record Condition(String operator, String base, boolean ofAll, boolean ifExists, String key, List<String> values) {

        private static final String FOR_ALL = "forallvalues:";
        private static final String FOR_ANY = "foranyvalue:";
        private static final String IF_EXISTS = "ifexists";
        private static final Set<String> NEGATED =
                Set.of("stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike");
        private static final Set<String> POSITIVE =
                Set.of("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike");

        static Condition of(String operator, String key, List<String> values) {
            String base = operator.toLowerCase(Locale.ROOT);
            boolean ofAll = base.startsWith(FOR_ALL);
            base = ofAll
                    ? base.substring(FOR_ALL.length())
                    : base.startsWith(FOR_ANY) ? base.substring(FOR_ANY.length()) : base;
            boolean ifExists = base.endsWith(IF_EXISTS);
            base = ifExists ? base.substring(0, base.length() - IF_EXISTS.length()) : base;
            return new Condition(operator, base, ofAll, ifExists, key, List.copyOf(values));
        }

        /** Whether a further value makes it accept more. */
        boolean acceptsMoreByValues() {
            return POSITIVE.contains(base) && !ofAll;
        }

        Truth holds(PodIdentityRequest request) {
            Values actual = request.values(key);
            if (base.equals("null")) {
                return actual.seen()
                        ? Truth.of(
                                values.contains(String.valueOf(actual.values().isEmpty())))
                        : Truth.UNKNOWN;
            }
            boolean negated = NEGATED.contains(base);
            if (!actual.seen() || !(negated || POSITIVE.contains(base))) {
                return Truth.UNKNOWN;
            }
            if (actual.values().isEmpty()) {
                boolean any = operator.toLowerCase(Locale.ROOT).startsWith(FOR_ANY);
                return Truth.of(ifExists || ofAll || (negated && !any));
            }
            Truth all = Truth.YES;
            Truth any = Truth.NO;
            for (String value : actual.values()) {
                Truth matched = Truth.NO;
                for (String accepted : values) {
                    matched = matched.or(matches(accepted, value, request));
                }
                Truth holds = negated ? matched.not() : matched;
                all = all.and(holds);
                any = any.or(holds);
            }
            return ofAll ? all : any;
        }

        private Truth matches(String accepted, @Nullable String value, PodIdentityRequest request) {
            if (accepted.contains("${")) {
                return Truth.UNKNOWN; // a policy variable
            }
            if (base.startsWith("arn")) {
                return matchesArn(accepted, value, request);
            }
            boolean like = base.endsWith("like");
            if (value == null) {
                return like && accepted.equals("*") ? Truth.YES : Truth.UNKNOWN;
            }
            return Truth.of(
                    like
                            ? Wildcards.match(accepted, value)
                            : base.endsWith("ignorecase") ? accepted.equalsIgnoreCase(value) : accepted.equals(value));
        }

        /** IAM compares each of the six parts of an ARN. */
        private Truth matchesArn(String accepted, @Nullable String value, PodIdentityRequest request) {
            String[] patterns = accepted.split(":", 6);
            List<@Nullable String> parts = PodIdentityRequest.isClusterArn(key)
                    ? request.clusterArnParts()
                    : value == null ? List.of() : List.of(value.split(":", 6));
            if (parts.size() < 6 || patterns.length < 6) {
                return Truth.UNKNOWN;
            }
            Truth truth = Truth.YES;
            for (int i = 0; i < 6; i++) {
                String part = parts.get(i);
                truth = truth.and(
                        part != null
                                ? Truth.of(Wildcards.match(patterns[i], part))
                                : patterns[i].equals("*") ? Truth.YES : Truth.UNKNOWN);
            }
            return truth;
        }
    }
}
