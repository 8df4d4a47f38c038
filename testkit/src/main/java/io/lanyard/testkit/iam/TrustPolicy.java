// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.iam;

import io.lanyard.testkit.internal.go.GoJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A role's trust policy: the allowed and denied callers, actions and conditions. Immutable. */
final class TrustPolicy {
    private static final Set<String> ELEMENTS = Set.of("Sid", "Effect", "Principal", "Action", "Condition");
    private static final Set<String> OPERATORS = Set.of("StringEquals", "StringLike", "ArnEquals", "ArnLike");
    private static final Set<String> KEYS =
            Set.of("aws:sourcearn", "aws:sourceaccount", "aws:principalarn", "sts:externalid");
    private static final String REQUEST_TAG = "aws:requesttag/";

    private final List<Statement> statements;

    private TrustPolicy(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * A request to assume the role.
     *
     * @param names every text by which a policy may name the caller
     * @param context the condition keys in lower case
     */
    record Request(Set<String> names, Map<String, String> context) {
        Request {
            names = Set.copyOf(names);
            context = context.entrySet().stream()
                    .collect(Collectors.toUnmodifiableMap(
                            entry -> entry.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue));
        }
    }

    static TrustPolicy parse(String document) {
        List<Statement> statements = new ArrayList<>();
        oneOrMany(document(document).get("Statement")).forEach(element -> statements.add(statement(element)));
        if (statements.isEmpty()) {
            throw new IllegalArgumentException("a trust policy must have a Statement");
        }
        return new TrustPolicy(List.copyOf(statements));
    }

    /** Parses a policy document. */
    static Map<?, ?> document(String json) {
        try {
            return object(GoJson.parse(json), "a policy document");
        } catch (GoJson.SyntaxException e) {
            throw new IllegalArgumentException("a policy document must be JSON: " + e.getMessage(), e);
        }
    }

    /** Returns whether the caller may assume the role with session tags, which needs both actions. */
    boolean trusts(Request request) {
        return allows("sts:AssumeRole", request) && allows("sts:TagSession", request);
    }

    private boolean allows(String action, Request request) {
        List<Statement> matching = statements.stream()
                .filter(statement -> statement.matches(action, request))
                .toList();
        return !matching.isEmpty() && matching.stream().allMatch(Statement::allows);
    }

    private record Statement(
            boolean allows, Set<String> principals, List<Pattern> actions, List<Condition> conditions) {
        boolean matches(String action, Request request) {
            return principals.stream().anyMatch(name -> name.equals("*") || request.names.contains(name))
                    && actions.stream().anyMatch(pattern -> matched(pattern, action))
                    && conditions.stream().allMatch(condition -> condition.holds(request));
        }
    }

    private record Condition(String key, List<Pattern> values) {
        boolean holds(Request request) {
            String actual = request.context.get(key);
            return actual != null && values.stream().anyMatch(value -> matched(value, actual));
        }
    }

    private static boolean matched(Pattern pattern, String text) {
        return pattern.matcher(text).matches();
    }

    private static Statement statement(@Nullable Object element) {
        Map<?, ?> statement = object(element, "a Statement");
        for (Object name : statement.keySet()) {
            if (!ELEMENTS.contains(name)) {
                throw new IllegalArgumentException("element of a trust policy not emulated: " + name);
            }
        }
        String effect = String.valueOf(statement.get("Effect"));
        if (!effect.equals("Allow") && !effect.equals("Deny")) {
            throw new IllegalArgumentException("Effect must be Allow or Deny: " + effect);
        }
        List<Pattern> actions = texts(statement.get("Action")).stream()
                .map(action -> glob(action, Pattern.CASE_INSENSITIVE))
                .toList();
        return new Statement(
                effect.equals("Allow"),
                Set.copyOf(principals(statement.get("Principal"))),
                actions,
                conditions(statement.get("Condition")));
    }

    private static List<String> principals(@Nullable Object principal) {
        if (!(principal instanceof Map<?, ?> kinds)) {
            return texts(principal);
        }
        return kinds.values().stream().flatMap(names -> texts(names).stream()).toList();
    }

    private static List<Condition> conditions(@Nullable Object condition) {
        if (condition == null) {
            return List.of();
        }
        List<Condition> conditions = new ArrayList<>();
        object(condition, "a Condition").forEach((operator, tests) -> {
            if (!OPERATORS.contains(operator)) {
                throw new IllegalArgumentException("condition operator not emulated: " + operator);
            }
            object(tests, String.valueOf(operator)).forEach((key, values) -> {
                String name = String.valueOf(key).toLowerCase(Locale.ROOT);
                if (!KEYS.contains(name) && !name.startsWith(REQUEST_TAG)) {
                    throw new IllegalArgumentException("condition key not emulated: " + key);
                }
                List<Pattern> patterns = texts(values).stream()
                        .map(value -> operator.equals("StringEquals")
                                ? Pattern.compile(value, Pattern.LITERAL)
                                : glob(value, 0))
                        .toList();
                conditions.add(new Condition(name, patterns));
            });
        });
        return List.copyOf(conditions);
    }

    /** Compiles a pattern with IAM's wildcards {@code *} and {@code ?}. */
    private static Pattern glob(String text, int flags) {
        String regex = Pattern.quote(text).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
        return Pattern.compile(regex, flags | Pattern.DOTALL);
    }

    /** Returns a list; IAM accepts a single value without brackets. */
    private static List<? extends @Nullable Object> oneOrMany(@Nullable Object value) {
        return value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
    }

    private static List<String> texts(@Nullable Object value) {
        return oneOrMany(value).stream().map(String::valueOf).toList();
    }

    private static Map<?, ?> object(@Nullable Object value, String name) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(name + " must be a JSON object");
    }
}
