// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.container.ContainerCredentialsSource;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.AgentResponse;
import io.lanyard.testsupport.ConformanceVector;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.Loads;
import io.lanyard.testsupport.VectorWorld;
import io.lanyard.testsupport.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the groups chain and chain-sep of the conformance vectors with the chain and the real container source. Other sources are scripted, as in the tests that the vectors come from; the adapter tests their
 * availability.
 *
 * <p>The group chain-sep describes the chain of another SDK. Of its words,
 *
 * <ul>
 *   <li>{@code terminal} is OnFailure#STOP, and otherwise it is OnFailure#CONTINUE;
 *   <li>{@code present} is Availability#configured();
 *   <li>a module that is missing is an incomplete source whose remedy names the dependency;
 *   <li>the four names of profile sources are one, because the SDK's own provider distinguishes them;
 *   <li>{@code userAgentFeatureIds} are not here: core sends no request to a service, and the adapter names the source
 *       to the SDK, which counts it;
 *   <li>the list {@code moduleSuggestions} is not here: Lanyard has a sentence instead, the remedy.
 * </ul>
 */
@NullUnmarked // a vector's fields are there or not
class ChainVectorsTest {

    /** By the availability of the default chain, or by the SDK's own providers. */
    private static final Set<String> ADAPTER_ALONE = Set.of(
            "rs-chain-ecs-invalid-profile",
            "rs-chain-ecs-assume-role",
            "rs-chain-env-first",
            "rs-chain-env-account",
            "rs-chain-env-blank",
            "rs-chain-imds-disabled",
            "sep-chain-26");

    private static final Map<String, String> NOT_APPLICABLE = Map.of(
            "sep-chain-21", "a bearer token is another kind of identity; the chain is one of AWS credentials",
            "sep-chain-25", "the text of a config file given by the program; the adapter takes the SDK's ProfileFile");

    private static final Map<String, SourceName> NAMES = Map.of(
            "Environment", SourceName.ENVIRONMENT,
            "WebIdentityTokenEnv", SourceName.WEB_IDENTITY,
            "ProfileSsoSession", SourceName.PROFILE,
            "ProfileAssumeRole", SourceName.PROFILE,
            "EcsContainer", SourceName.CONTAINER,
            "Ec2InstanceMetadata", SourceName.INSTANCE_METADATA,
            "ENVIRONMENT", SourceName.ENVIRONMENT,
            "PROFILE_SSO_SESSION", SourceName.PROFILE,
            "EC2_INSTANCE_METADATA", SourceName.INSTANCE_METADATA);

    private final VirtualTime time = new VirtualTime();
    private final List<SourceName> tried = new ArrayList<>();

    @Test
    void every_vector_is_run_here_or_by_the_adapter_or_does_not_apply() {
        List<ConformanceVector> chain = ConformanceVector.ofGroup("chain");
        List<ConformanceVector> sep = ConformanceVector.ofGroup("chain-sep");
        assertThat(chain).hasSize(13);
        assertThat(sep).hasSize(14);
        Set<String> known = new HashSet<>(ADAPTER_ALONE);
        known.addAll(NOT_APPLICABLE.keySet());
        assertThat(Stream.concat(chain.stream(), sep.stream()).map(ConformanceVector::id))
                .containsAll(known);
        assertThat(here("chain").count()).isEqualTo(7);
        assertThat(here("chain-sep").count()).isEqualTo(11);
    }

    private static Stream<ConformanceVector> here(String group) {
        return ConformanceVector.ofGroup(group).stream()
                .filter(vector -> !ADAPTER_ALONE.contains(vector.id()) && !NOT_APPLICABLE.containsKey(vector.id()));
    }

    @TestFactory
    Stream<DynamicTest> chain() {
        return here("chain")
                .map(vector -> DynamicTest.dynamicTest(vector.id(), () -> {
                    tried.clear();
                    vector.requireKnownParts();
                    JsonNode scripted = vector.expect().path("chain");
                    if (scripted.isMissingNode()) {
                        checkContainer(vector);
                    } else if (scripted.has("callerTimeoutMillis")) {
                        checkCallerThatGivesUp(scripted);
                    } else {
                        checkScriptedSources(scripted);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> chainSep() {
        return here("chain-sep")
                .map(vector -> DynamicTest.dynamicTest(vector.id(), () -> {
                    tried.clear();
                    vector.requireKnownParts();
                    checkModularChain(vector);
                }));
    }

    private void checkContainer(ConformanceVector vector) throws InterruptedException {
        VectorWorld world = new VectorWorld(vector, VectorWorld::inMemory);
        ContainerCredentialsSource source = ContainerCredentialsSource.builder()
                .environment(world)
                .hostResolver(world.resolver())
                .clock(world.clock())
                .transport(world)
                .executor(Runnable::run)
                .startupPatience(Duration.ZERO)
                .maxAttempts(vector.maxAttempts())
                .build();
        ScriptedSource node = new ScriptedSource(SourceName.INSTANCE_METADATA);
        ChainBuilder<Key> chain = CredentialsChain.<Key>builder(Key::identity)
                .scheduler(time)
                .add(SourceName.ENVIRONMENT, new ScriptedSource(SourceName.ENVIRONMENT).absent())
                .add(SourceName.CONTAINER, new ContainerSource(source));
        if (source.isConfigured()) {
            chain.add(node.name, node);
        }
        if (vector.fails()) {
            checkFailure(vector, failure(vector, chain.build()));
        } else {
            chain.build().resolve();
            ContainerCredentials credentials = source.cached().orElseThrow();
            JsonNode ok = vector.expect().path("ok");
            assertThat(credentials.accessKeyId())
                    .isEqualTo(ok.path("accessKeyId").textValue());
            assertThat(credentials
                            .secretAccessKey()
                            .equals(ok.path("secretAccessKey").textValue()))
                    .isTrue();
            assertThat(credentials
                            .sessionToken()
                            .orElse("")
                            .equals(ok.path("sessionToken").textValue()))
                    .isTrue();
            assertThat(credentials.expiration())
                    .contains(Instant.parse(ok.path("expiration").textValue()));
            assertThat(credentials.accountId()).contains(ok.path("accountId").textValue());
        }
        assertThat(world.problems()).isEmpty();
        assertThat(world.calls()).isEqualTo(vector.requests());
        assertThat(node.calls).as("the node's role is never used in its place").hasValue(0);
        if (!source.isConfigured()) {
            assertThat(world.fileReads())
                    .as("an unconfigured source reads no file")
                    .isZero();
        }
    }

    private static void checkFailure(ConformanceVector vector, CredentialsException failure) {
        if (vector.category().equals(Category.NOT_CONFIGURED.name())) {
            assertThat(failure.category()).isEqualTo(Category.CHAIN_EXHAUSTED);
            assertThat(failure).hasMessageContaining("container: not configured");
        } else {
            assertThat(failure.category().name()).isEqualTo(vector.category());
        }
        String error = vector.expect().path("error").asText();
        if (failure.category() == Category.HTTP_STATUS) {
            assertThat(failure)
                    .as("as the agent says it")
                    .hasMessageContaining(error.substring(error.indexOf(' ') + 1));
        }
        for (JsonNode text : vector.expect().path("notContains")) {
            assertThat(Evidence.stackTrace(failure)).doesNotContain(text.textValue());
        }
    }

    private static CredentialsException failure(ConformanceVector vector, CredentialsChain<Key> chain)
            throws InterruptedException {
        try {
            chain.resolve();
        } catch (CredentialsException e) {
            Evidence.seen("of " + vector, chain.explain());
            return Evidence.caught("conformance " + vector, e);
        }
        throw new AssertionError("there are credentials");
    }

    /** The container source in a chain of keys. */
    private record ContainerSource(ContainerCredentialsSource source) implements ChainSource<Key> {
        @Override
        public Availability availability() {
            return source.isConfigured() ? Availability.configured() : Availability.notConfigured("");
        }

        @Override
        public Key resolve() throws InterruptedException {
            return key(source.resolve());
        }

        @Override
        public CompletableFuture<Key> resolveAsync() {
            return source.resolveAsync().thenApply(ContainerSource::key);
        }

        private static Key key(ContainerCredentials credentials) {
            return new Key(credentials.accessKeyId(), credentials.secretAccessKey());
        }

        @Override
        public Key probe() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SourceDescription describe() {
            return source.describe();
        }
    }

    private void checkScriptedSources(JsonNode expect) throws InterruptedException {
        ConformanceVector.requireKeys(expect, Set.of("providers", "error", "notAsked", "lists"), "the chain");
        ChainBuilder<Key> builder = CredentialsChain.<Key>builder(Key::identity).scheduler(time);
        Map<String, Throwable> failures = new HashMap<>();
        for (JsonNode provider : expect.path("providers")) {
            String name = provider.path(0).asText();
            String[] outcome = provider.path(1).asText().split(": ", 2);
            SourceName sourceName = new SourceName(name);
            if (outcome[0].equals("ok")) {
                builder.add(sourceName, answering(sourceName, CompletableFuture.completedFuture(new Key(name))));
            } else {
                failures.put(
                        name,
                        CredentialsException.builder(category(outcome[0]), outcome[1])
                                .build());
                builder.add(sourceName, answering(sourceName, CompletableFuture.failedFuture(failures.get(name))));
            }
        }
        String error = expect.path("error").asText();
        CredentialsException failure;
        try {
            Key key = builder.build().resolve();
            throw new AssertionError("there are credentials of " + key.id());
        } catch (CredentialsException e) {
            failure = Evidence.caught("a chain", e);
        }
        if (error.startsWith("ChainExhausted")) {
            assertThat(failure.category()).isEqualTo(Category.CHAIN_EXHAUSTED);
        } else {
            String of = error.replaceAll(".* of (\\w+)\\)", "$1");
            assertThat(failure).cause().isSameAs(failures.get(of));
            assertThat(failure).hasMessageContaining(error.substring(0, error.indexOf(" (")));
        }
        assertThat(failure).hasMessageMatching("(?s).*" + String.join(": .*", texts(expect.path("lists"))) + ".*");
        for (String name : texts(expect.path("notAsked"))) {
            assertThat(tried).doesNotContain(new SourceName(name));
        }
    }

    private static Category category(String label) {
        return Category.valueOf(ConformanceVector.constant(label));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private void checkCallerThatGivesUp(JsonNode expect) {
        JsonNode timeouts = expect.path("callerTimeoutMillis");
        Duration loading = Duration.ofMillis(200);
        VirtualTime world = new VirtualTime().runTasksAfter(() -> loading);
        ScriptedSource one = new ScriptedSource(new SourceName("provider1"));
        CompletableFuture<Key> absence = one.hangs();
        ScriptedSource two = new ScriptedSource(new SourceName("provider2"));
        RefreshingCache<Key> cache = RefreshingCache.builder(() -> Loads.of(
                        new Key("key of " + world.instant()), world.instant().plusSeconds(3_600)))
                .clock(world)
                .scheduler(world)
                .build();
        two.answers(cache::resolveAsync);
        CredentialsChain<Key> chain = CredentialsChain.<Key>builder(Key::identity)
                .scheduler(time)
                .add(one.name, one)
                .add(two.name, two)
                .build();

        CompletableFuture<Key> gaveUp = chain.resolveAsync();
        world.advance(loading);
        absence.completeExceptionally(CredentialsException.builder(Category.NOT_CONFIGURED, "nothing is set")
                .build());
        world.advance(Duration.ofMillis(timeouts.path(0).asLong()).minus(loading));
        assertThat(gaveUp.cancel(false)).as("too late for the first caller").isTrue();
        world.advance(Duration.ofMillis(timeouts.path(1).asLong()));
        Key last = cache.cached().orElseThrow();
        world.advance(
                Duration.between(world.instant(), cache.status().nextLoad().orElseThrow()));
        assertThat(cache.status().loading()).isTrue();
        assertThat(chain.resolveAsync()).as("while the next are being loaded").isCompletedWithValue(last);
    }

    private void checkModularChain(ConformanceVector vector) throws InterruptedException {
        JsonNode setup = vector.config().path("setup");
        JsonNode expect = vector.expect().path("chain");
        ConformanceVector.requireKeys(vector.config(), Set.of("setup"), "config");
        ConformanceVector.requireKeys(setup, Set.of("identityType", "modules", "sources", "custom"), "setup");
        ConformanceVector.requireKeys(
                expect, Set.of("ok", "selected", "order", "resolutionError", "userAgentFeatureIds"), "the chain");
        CredentialsChain<Key> chain = modular(vector, setup).build();

        if (expect.has("ok")) {
            Key key = chain.resolve();
            SourceName selected = sourceName(expect.path("selected").asText());
            JsonNode ok = expect.path("ok");
            assertThat(key.id()).isEqualTo(ok.path("accessKeyId").asText());
            assertThat(key.secret()).isEqualTo(ok.path("secretAccessKey").asText());
            assertThat(chain.explain().inUse().orElseThrow().name()).isEqualTo(selected);
            List<String> order = texts(expect.path("order"));
            assertThat(tried)
                    .containsExactlyElementsOf(
                            order.isEmpty()
                                    ? List.of(selected)
                                    : order.stream()
                                            .map(ChainVectorsTest::sourceName)
                                            .toList());
            return;
        }
        JsonNode error = expect.path("resolutionError");
        CredentialsException failure = failure(vector, chain);
        assertThat(tried)
                .containsExactlyElementsOf(texts(error.path("providersTried")).stream()
                        .map(ChainVectorsTest::sourceName)
                        .toList());
        List<String> modules = texts(error.path("moduleSuggestions"));
        assertThat(failure.remedy().orElse("").contains("add the dependency")).isEqualTo(!modules.isEmpty());
        modules.forEach(module -> assertThat(failure.remedy().orElse("")).contains(module));
    }

    /** The sources that the environment and the files of the vector configure, with the answers that it scripts. */
    private ChainBuilder<Key> modular(ConformanceVector vector, JsonNode setup) {
        assertThat(setup.path("identityType").asText()).isEqualTo("AwsCredentialsIdentity");
        List<String> modules = texts(setup.path("modules"));
        JsonNode sources = setup.path("sources");
        JsonNode env = vector.env();
        boolean hasProfile = !vector.files().isEmpty();
        String profileModule = vector.files().toString().contains("sso_session") ? "sso" : "sts";
        ChainBuilder<Key> builder = CredentialsChain.<Key>builder(Key::identity)
                .scheduler(time)
                .add(SourceName.ENVIRONMENT, environment(env))
                .add(
                        SourceName.WEB_IDENTITY,
                        builtIn(
                                SourceName.WEB_IDENTITY,
                                env.has("AWS_WEB_IDENTITY_TOKEN_FILE"),
                                "sts",
                                modules,
                                sources))
                .add(SourceName.PROFILE, builtIn(SourceName.PROFILE, hasProfile, profileModule, modules, sources))
                .add(SourceName.CONTAINER, new ContainerSource(container(vector, sources.path("container"))))
                .add(
                        SourceName.INSTANCE_METADATA,
                        builtIn(SourceName.INSTANCE_METADATA, modules.contains("imds"), "imds", modules, sources))
                .onFailure(SourceName.INSTANCE_METADATA, OnFailure.CONTINUE);
        for (JsonNode custom : setup.path("custom")) {
            add(builder, custom);
        }
        return builder;
    }

    private void add(ChainBuilder<Key> builder, JsonNode custom) {
        ConformanceVector.requireKeys(
                custom, Set.of("name", "ordering", "present", "terminal", "response"), "a custom source");
        SourceName sourceName = sourceName(custom.path("name").asText());
        SourceName anchor = sourceName(custom.path("ordering").path("slot").asText());
        ScriptedSource source = scripted(sourceName, custom.path("response"));
        if (!custom.path("present").asBoolean()) {
            source.absent();
        }
        switch (custom.path("ordering").path("type").asText()) {
            case "Before" -> builder.before(anchor, sourceName, source);
            case "After" -> builder.after(anchor, sourceName, source);
            default -> throw new AssertionError("an unknown ordering");
        }
        builder.onFailure(sourceName, custom.path("terminal").asBoolean() ? OnFailure.STOP : OnFailure.CONTINUE);
    }

    private static SourceName sourceName(String name) {
        SourceName known = NAMES.get(name);
        return known == null ? new SourceName(name) : known;
    }

    private ScriptedSource environment(JsonNode env) {
        Key key = new Key(
                env.path("AWS_ACCESS_KEY_ID").asText(),
                env.path("AWS_SECRET_ACCESS_KEY").asText());
        ScriptedSource source = answering(SourceName.ENVIRONMENT, CompletableFuture.completedFuture(key));
        return key.id().isEmpty() ? source.absent() : source;
    }

    private ScriptedSource builtIn(
            SourceName sourceName, boolean configured, String module, List<String> modules, JsonNode sources) {
        ScriptedSource source = scripted(sourceName, sources.path(module));
        if (!configured) {
            return source.absent();
        }
        return modules.contains(module)
                ? source
                : source.withAvailability(Availability.incomplete(
                        "a module is missing", "add the dependency software.amazon.awssdk:" + module));
    }

    /** Answers as the vector scripts it: credentials or a failure. */
    private ScriptedSource scripted(SourceName sourceName, JsonNode response) {
        return answering(
                sourceName,
                response.has("error")
                        ? CompletableFuture.failedFuture(ScriptedSource.permanentFailure(
                                response.path("error").asText()))
                        : CompletableFuture.completedFuture(new Key(
                                response.path("accessKeyId").asText(),
                                response.path("secretAccessKey").asText())));
    }

    /** Also records the call. */
    private ScriptedSource answering(SourceName sourceName, CompletableFuture<Key> answer) {
        return new ScriptedSource(sourceName).answers(() -> {
            tried.add(sourceName);
            return answer;
        });
    }

    /** The real source with the settings of the vector, and an agent that answers as it scripts it. */
    private ContainerCredentialsSource container(ConformanceVector vector, JsonNode response) {
        return ContainerCredentialsSource.builder()
                .environment(new VectorWorld(vector, VectorWorld::inMemory))
                .executor(Runnable::run)
                .transport(request -> {
                    tried.add(SourceName.CONTAINER);
                    String body =
                            "{\"AccessKeyId\":\"" + response.path("accessKeyId").asText()
                                    + "\",\"SecretAccessKey\":\""
                                    + response.path("secretAccessKey").asText() + "\",\"Token\":\""
                                    + response.path("sessionToken").asText() + "\"}";
                    return new AgentResponse(200, Map.of(), body.getBytes(StandardCharsets.UTF_8), false);
                })
                .build();
    }
}
