// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code lanyard} and {@code lanyard-bench} in a checkout with stubs of {@code java} and {@code mvn}. */
class ScriptsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> SCRIPTS = List.of("lanyard", "lanyard-bench");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Path checkout = Path.of("");

    @BeforeEach
    void createCheckout() throws IOException {
        checkout = Files.createDirectories(directory.resolve("the checkout"));
        for (String script : SCRIPTS) {
            Files.copy(ROOT.resolve(script), checkout.resolve(script));
        }
        Files.createDirectories(checkout.resolve("scripts"));
        Files.copy(ROOT.resolve("scripts/prelude.sh"), checkout.resolve("scripts/prelude.sh"));
        for (String file : List.of(".mvn/maven.config", "core/src/main/Any.java", "examples/one/pom.xml")) {
            Files.createDirectories(checkout.resolve(file).getParent());
            Files.createFile(checkout.resolve(file));
        }
        Files.createFile(checkout.resolve("pom.xml"));
        Files.createFile(checkout.resolve("core/pom.xml"));
        javaVersion("17.0.15");
        stub("mvn", """
                mkdir -p benchmarks/target/lib cli/target demo/target examples/spring-boot-s3/target
                : >cli/target/lanyard.jar
                : >demo/target/lanyard-demo.jar
                : >examples/spring-boot-s3/target/spring-boot-s3.jar
                echo "$@" >>builds
                """);
    }

    @Test
    void helpListsTheCommandsAndBuildsNothing() throws Exception {
        javaVersion("11.0.2");
        for (String script : SCRIPTS) {
            for (String help : List.of("help", "--help", "-h")) {
                Child.Ended ended = run(script, help);

                assertThat(ended.output()).contains("./" + script + " help");
                assertThat(ended.status()).isZero();
            }
        }
        assertThat(builds()).isEmpty();
    }

    @Test
    void anUnknownCommandIsNamedAndBuildsNothing() throws Exception {
        for (String script : SCRIPTS) {
            Child.Ended ended = run(script, "dance");

            assertThat(ended.output())
                    .startsWith(script + ": unknown ")
                    .contains(": dance\n")
                    .contains("./" + script + " help");
            assertThat(ended.status()).isEqualTo(2);
        }
        assertThat(builds()).isEmpty();
    }

    @Test
    void aCommandIsRequired() throws Exception {
        for (String script : SCRIPTS) {
            Child.Ended ended = run(script);

            assertThat(ended.output()).startsWith(script + ": missing ").contains("./" + script + " help");
            assertThat(ended.status()).isEqualTo(2);
        }
        assertThat(builds()).isEmpty();
    }

    @Test
    void anOldJavaIsRejectedBeforeTheBuild() throws Exception {
        for (String version : List.of("1.8.0_392", "16.0.2", "11")) {
            javaVersion(version);
            for (List<String> command : List.of(List.of("lanyard", "demo"), List.of("lanyard-bench", "hot"))) {
                Child.Ended ended = run(command.toArray(String[]::new));

                assertThat(ended.output()).contains("needs Java 17 or newer", " is version " + version + ".");
                assertThat(ended.status()).isEqualTo(2);
            }
        }
        assertThat(builds()).isEmpty();
    }

    @Test
    void aNewerJavaIsAccepted() throws Exception {
        for (String version : List.of("25", "26-ea", "100.0.1")) {
            javaVersion(version);
            assertThat(run("lanyard-bench", "hot").status()).isZero();
        }
    }

    @Test
    void theBuildIsRepeatedOnlyWhenASourceIsNewer() throws Exception {
        for (String script : SCRIPTS) {
            String command = script.equals("lanyard") ? "demo" : "hot";
            int before = builds().size();
            for (int i = 0; i < 2; i++) {
                assertThat(run(script, command).status()).isZero();
                assertThat(builds()).hasSize(before + 1);
            }
            int built = before + 1;
            for (String source : List.of("pom.xml", ".mvn/maven.config", "core/src/main/Any.java")) {
                Files.setLastModifiedTime(
                        checkout.resolve(source), FileTime.from(Instant.now().plusSeconds(3600)));
                assertThat(run(script, command).status()).isZero();
                assertThat(builds()).as(source).hasSize(++built);
                Files.setLastModifiedTime(checkout.resolve(source), FileTime.from(Instant.EPOCH));
            }
        }
    }

    @Test
    void theExampleIsBuiltForTheSpringDemoOnly() throws Exception {
        run("lanyard", "demo");
        run("lanyard", "demo", "--spring");

        assertThat(builds()).hasSize(2);
        assertThat(builds().get(0)).doesNotContain("examples/");
        assertThat(builds().get(1)).contains("-pl demo,cli,examples/spring-boot-s3 ");
    }

    @Test
    void aFailedBuildExitsWithAnErrorAndIsRepeated() throws Exception {
        stub("mvn", "echo attempt >>builds; exit 1");
        for (int i = 0; i < 2; i++) {
            Child.Ended ended = run("lanyard", "demo");

            assertThat(ended.output()).contains("the build failed").doesNotContain("runs:");
            assertThat(ended.status()).isEqualTo(2);
        }
        assertThat(builds()).hasSize(2);
    }

    @Test
    void aSymbolicLinkToAScriptFindsTheCheckout() throws Exception {
        for (String script : SCRIPTS) {
            Path link = Files.createDirectories(directory.resolve("bin")).resolve(script);
            Files.createSymbolicLink(link, Path.of("..", "absolute-" + script));
            Files.createSymbolicLink(directory.resolve("absolute-" + script), checkout.resolve(script));
            String command = script.equals("lanyard") ? "demo" : "hot";

            Child.Ended ended = start(List.of(link.toString(), command));

            assertThat(ended.output()).contains("runs:", checkout.toString());
            assertThat(ended.status()).isZero();
        }
    }

    @Test
    void theScriptKnowsEachCommandOfTheCli() throws Exception {
        Set<String> commands = Main.commandLine().getSubcommands().keySet();
        assertThat(commands).contains("help", "demo");
        for (String command : commands) {
            assertThat(run("lanyard", command).status()).as(command).isZero();
        }
        assertThat(usageOf("lanyard")).containsAll(commands);
    }

    @Test
    void eachBenchmarkOfTheUsageHasAMainClass() throws Exception {
        Set<String> benchmarks = usageOf("lanyard-bench");
        assertThat(benchmarks).hasSizeGreaterThan(3).contains("outage");
        for (String benchmark : benchmarks) {
            Child.Ended ended = run("lanyard-bench", benchmark, "--any");
            assertThat(ended.status()).as(benchmark).isZero();
            if (!benchmark.equals("help")) {
                Matcher main = Pattern.compile(" (io\\.lanyard\\S+) --any\n").matcher(ended.output());
                assertThat(main.find()).as(ended.output()).isTrue();
                assertThat(ROOT.resolve("benchmarks/src/main/java")
                                .resolve(main.group(1).replace('.', '/') + ".java"))
                        .exists();
            }
        }
    }

    private Set<String> usageOf(String script) throws Exception {
        return Pattern.compile("^\\./" + script + " ([a-z][a-z-]*)", Pattern.MULTILINE)
                .matcher(run(script, "help").output())
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }

    private Child.Ended run(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.set(0, checkout.resolve(command[0]).toString());
        return start(words);
    }

    private Child.Ended start(List<String> words) throws Exception {
        ProcessBuilder script =
                new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
        script.environment().remove("JAVA_HOME");
        script.environment().merge("PATH", directory.resolve("stubs").toString(), (path, stubs) -> stubs + ":" + path);
        return Child.run(script, LIMIT);
    }

    private List<String> builds() throws IOException {
        Path builds = checkout.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
    }

    private void javaVersion(String version) throws IOException {
        stub(
                "java",
                "if [ \"$1\" = -version ]; then echo 'openjdk version \"" + version
                        + "\" 2025-04-15' >&2; else echo \"runs: $*\"; fi");
    }

    private void stub(String name, String text) throws IOException {
        Path stub = Files.createDirectories(directory.resolve("stubs")).resolve(name);
        Files.writeString(stub, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
