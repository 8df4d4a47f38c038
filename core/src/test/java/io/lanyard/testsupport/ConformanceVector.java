// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One case of {@code conformance/vectors.json}, as it is to be for us: where the SDKs disagree, {@code oursCase}
 * replaces what the source of the case asserts. What this class does not know, it refuses: nothing in a vector is passed
 * over.
 */
public final class ConformanceVector {

    /** Names the file to run in place of the one in the test resources. */
    public static final String FILE = "lanyard.conformance";

    /** Groups about one source of credentials. */
    private static final Set<String> GROUPS =
            Set.of("uri-host", "uri-config", "token", "body", "http-status", "retry", "security");

    /** Groups about what is built on top of it. */
    private static final Set<String> OTHER_GROUPS = Set.of("cache", "chain", "chain-sep", "refresh");

    /** What a vector says to people. */
    private static final Set<String> WORDS =
            Set.of("id", "group", "source", "sdks", "guide", "derived", "notes", "ours", "agreement", "oursCase");

    private static final Set<String> PARTS = Set.of("env", "files", "dns", "clock", "config", "http", "expect");

    private static final Set<String> CONFIG = Set.of(
            "maxAttempts",
            "fetches",
            "advanceSecondsBetween",
            "expectRequests",
            "bypassCache",
            "endpointOverride",
            "dnsResolver",
            "expectConnectTo",
            "expectProxy",
            "backoffSeconds");

    private final JsonNode raw;
    private final String id;

    private ConformanceVector(JsonNode raw) {
        this.raw = raw;
        this.id = raw.path("id").asText();
    }

    /** The vectors about one source, in the order of the file. */
    public static List<ConformanceVector> all() {
        return ofGroups(GROUPS);
    }

    /** The vectors of a group about what is built on top of a source, in the order of the file. */
    public static List<ConformanceVector> ofGroup(String group) {
        require(OTHER_GROUPS.contains(group), group + " is a group");
        return ofGroups(Set.of(group));
    }

    private static List<ConformanceVector> ofGroups(Set<String> wanted) {
        JsonNode document = document();
        List<ConformanceVector> vectors = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonNode raw : document.path("vectors")) {
            ConformanceVector vector = new ConformanceVector(raw);
            String group = raw.path("group").asText();
            require(!vector.id.isEmpty() && ids.add(vector.id), "every vector has an id of its own: " + vector.id);
            require(GROUPS.contains(group) || OTHER_GROUPS.contains(group), vector.id + " is of an unknown group");
            if (wanted.contains(group)) {
                vectors.add(vector);
            }
        }
        require(!vectors.isEmpty(), "there are vectors to run");
        return vectors;
    }

    private static JsonNode document() {
        ObjectMapper mapper = new ObjectMapper();
        String named = System.getProperty(FILE, "");
        try {
            if (!named.isBlank()) {
                // Maven runs tests in the module, people run Maven above it
                Path file = Path.of(named);
                return mapper.readTree((Files.exists(file) || file.isAbsolute()
                                ? file
                                : Path.of("..").resolve(file))
                        .toFile());
            }
            try (InputStream in = ConformanceVector.class.getResourceAsStream("/conformance/vectors.json")) {
                return mapper.readTree(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void requireKeys(JsonNode node, Set<String> known, String where) {
        node.fieldNames().forEachRemaining(key -> require(known.contains(key), where + " has the unknown key " + key));
    }

    /** Fails when the vector has anything that its runner would not act on. */
    public void requireUnderstood() {
        requireKnownParts();
        String agreement = raw.path("agreement").asText();
        require(agreement.equals("agreed") || agreement.equals("disputed"), id + " is neither agreed nor disputed");
        require(
                agreement.equals("disputed") == raw.has("oursCase"),
                id + " has oursCase if and only if it is disputed");
        JsonNode ours = raw.path("oursCase");
        require(
                ours.isMissingNode() || ours.isObject() || ours.asText().equals("same"),
                id + " has an oursCase of an unknown shape");
        if (ours.isObject()) {
            requireKeys(ours, Set.of("http", "expect", "config"), id + ".oursCase");
        }
        require(raw.path("env").isObject(), id + " has an env");
        raw.path("env").forEach(value -> require(value.isTextual(), id + ".env has a value that is no text"));
        require(http().isArray(), id + " has a list of calls");
        requireConfig();
        requireExpect();
    }

    /** Fails when the vector has a part that no runner knows. */
    public void requireKnownParts() {
        Set<String> known = new HashSet<>(WORDS);
        known.addAll(PARTS);
        requireKeys(raw, known, id);
    }

    private void requireConfig() {
        JsonNode config = part("config");
        require(config.isMissingNode() || config.isObject(), id + " has a config of an unknown shape");
        requireKeys(config, CONFIG, id + ".config");
        for (String number : List.of("maxAttempts", "fetches", "advanceSecondsBetween", "expectRequests")) {
            require(!config.has(number) || config.path(number).isInt(), id + ".config." + number + " is no number");
        }
        require(
                !config.has("dnsResolver") || config.path("dnsResolver").isNull(),
                id + ".config.dnsResolver is not null");
        require(
                !config.has("expectProxy")
                        || config.path("expectProxy").asText().equals("none"),
                id + ".config.expectProxy is not none");
        require(
                !config.has("bypassCache") || config.path("bypassCache").isBoolean(),
                id + ".config.bypassCache is neither true nor false");
    }

    private void requireExpect() {
        JsonNode expect = expect();
        if (expect.has("ok")) {
            requireKeys(expect, Set.of("ok", "requests", "notContains"), id + ".expect");
            requireKeys(
                    expect.path("ok"),
                    Set.of("accessKeyId", "secretAccessKey", "sessionToken", "expiration", "accountId"),
                    id + ".expect.ok");
        } else {
            require(expect.path("error").isTextual(), id + ".expect is neither ok nor error");
            requireKeys(
                    expect, Set.of("error", "status", "code", "contains", "notContains", "requests"), id + ".expect");
        }
    }

    private JsonNode part(String name) {
        JsonNode ours = raw.path("oursCase").path(name);
        return ours.isMissingNode() ? raw.path(name) : ours;
    }

    public String id() {
        return id;
    }

    JsonNode http() {
        return part("http");
    }

    public JsonNode expect() {
        return part("expect");
    }

    public JsonNode config() {
        JsonNode config = part("config");
        return config.isMissingNode() ? JsonNodeFactory.instance.objectNode() : config;
    }

    public JsonNode env() {
        return raw.path("env");
    }

    public JsonNode files() {
        return raw.path("files");
    }

    JsonNode dns() {
        return raw.path("dns");
    }

    public Instant clock() {
        return Instant.parse(raw.path("clock").asText("2026-01-01T00:00:00Z"));
    }

    /** Whether the vector ends in an error. */
    public boolean fails() {
        return expect().has("error");
    }

    /** The category of the error that the vector ends in: what stands before the words. */
    public String category() {
        String error = expect().path("error").asText();
        int colon = error.indexOf(':');
        return constant(colon < 0 ? error : error.substring(0, colon));
    }

    /** The name of the constant for a category as the vectors write it: {@code HOST_NOT_ALLOWED} for HostNotAllowed. */
    public static String constant(String category) {
        return category.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    /** How many calls are listed. */
    public int calls() {
        return http().size();
    }

    /** How many calls are to be made in all. */
    public int requests() {
        if (config().has("expectRequests")) {
            return config().path("expectRequests").intValue();
        }
        return expect().has("requests") ? expect().path("requests").intValue() : calls();
    }

    /** A vector that says nothing of attempts allows as many as it lists, and the ordinary three at least. */
    public int maxAttempts() {
        return config().path("maxAttempts").asInt(Math.max(3, calls()));
    }

    /** How often credentials are asked for. */
    public int fetches() {
        return config().path("fetches").asInt(1);
    }

    public Duration between() {
        return Duration.ofSeconds(config().path("advanceSecondsBetween").asInt(0));
    }

    /** Whether each time is a load of its own. */
    public boolean bypassCache() {
        return config().path("bypassCache").asBoolean(false);
    }

    /** The endpoint for a relative URI that the application sets, or null. */
    public String endpointOverride() {
        return config().path("endpointOverride").textValue();
    }

    /** Whether an answer is to come late, which only a virtual clock can wait for. */
    public boolean takesTime() {
        for (JsonNode call : http()) {
            if (call.path("reply").has("delayMillis")) {
                return true;
            }
        }
        return false;
    }

    /**
     * The secrets and tokens in the vector: of the environment, of files, of answers and of what is expected.
     */
    public Set<String> secrets() {
        Set<String> secrets = new HashSet<>();
        secrets.add(env().path("AWS_CONTAINER_AUTHORIZATION_TOKEN").asText());
        for (JsonNode file : files()) {
            if (file.isTextual()) {
                secrets.add(file.asText());
            }
            file.forEach(text -> secrets.add(text.asText()));
        }
        for (JsonNode node : List.of(raw, raw.path("oursCase"))) {
            for (String name : List.of("secretAccessKey", "sessionToken")) {
                secrets.add(node.path("expect").path("ok").path(name).asText());
            }
            for (JsonNode call : node.path("http")) {
                secrets.add(call.path("expect")
                        .path("headers")
                        .path("Authorization")
                        .asText());
                secrets.addAll(secretsOf(call.path("reply").path("body").asText()));
            }
        }
        return secrets;
    }

    private static Set<String> secretsOf(String body) {
        Set<String> secrets = new HashSet<>();
        try {
            new ObjectMapper().readTree(body).properties().forEach(field -> {
                if (field.getKey().equalsIgnoreCase("SecretAccessKey")
                        || field.getKey().equalsIgnoreCase("Token")) {
                    secrets.add(field.getValue().asText());
                }
            });
        } catch (IOException e) {
            // no JSON, no fields
        }
        return secrets;
    }

    @Override
    public String toString() {
        return id;
    }
}
