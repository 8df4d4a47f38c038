// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Child;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Resolves the dependencies of the documents as users' builds do, and runs the README's first program against an agent.
 * The AWS SDK is the user's: all its modules must have the version of the user's client.
 */
@Timeout(900) // the first run downloads artifacts
class SnippetsIT {

    private static final Path ROOT =
            Path.of(System.getProperty("snippets.root")).toAbsolutePath();
    private static final Path WORK = Path.of(System.getProperty("snippets.work"));
    private static final String VERSION = System.getProperty("lanyard.version");
    private static final List<String> SDKS =
            List.of(System.getProperty("snippets.sdks").split(","));
    private static final String SDK = "software.amazon.awssdk";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern S3 = Pattern.compile(
            "<dependency>(?:(?!</dependency>).)*<artifactId>s3</artifactId>.*?</dependency>", Pattern.DOTALL);

    private static final Map<String, String> PUBLISHED = Map.of(
            ".", "lanyard-parent",
            "bom", "lanyard-bom",
            "core", "lanyard-core",
            "sdk-v2-adapter", "lanyard-sdk-v2-adapter",
            "spring-starter", "lanyard-spring-boot-starter",
            "testkit", "lanyard-testkit");

    private static final List<Resolution.Project> PROJECTS = new ArrayList<>();
    private static List<Documents.Snippet> snippets = List.of();
    private static Map<String, List<Path>> byMaven = Map.of();
    private static Map<String, List<Path>> byHighest = Map.of();

    @BeforeAll
    static void resolve() throws Exception {
        snippets = Documents.snippets(ROOT);
        Resolution resolution = new Resolution(
                WORK.resolve("projects"),
                Path.of(System.getProperty("snippets.repository")),
                Path.of(System.getProperty("snippets.cache")));
        for (Map.Entry<String, String> module : PUBLISHED.entrySet()) {
            resolution.install(ROOT.resolve(module.getKey()), module.getValue(), VERSION);
        }
        addProjects();
        byMaven = resolution.byMaven(PROJECTS);
        byHighest = resolution.byHighestVersion(PROJECTS);
    }

    private static void addProjects() {
        int number = 0;
        for (Documents.Snippet snippet : dependencies()) {
            PROJECTS.add(new Resolution.Project("as-written-" + number++, "", snippet.text()));
        }
        String first = dependencies().get(0).text();
        assertThat(S3.matcher(first).find())
                .as("the README's first dependencies have an SDK client")
                .isTrue();
        String lanyard = S3.matcher(first).replaceAll("");
        String starter = starter().text();
        for (String sdk : SDKS) {
            String s3 = Resolution.dependency(SDK + ":s3", sdk);
            String unversioned = s3.replaceAll("<version>.*?</version>", "");
            String bom = Resolution.bom(SDK + ":bom", sdk);
            PROJECTS.add(new Resolution.Project("lanyard-first-" + sdk, "", lanyard + s3));
            PROJECTS.add(new Resolution.Project("sdk-first-" + sdk, "", s3 + lanyard));
            PROJECTS.add(new Resolution.Project("aws-bom-" + sdk, bom, lanyard + unversioned));
            PROJECTS.add(new Resolution.Project(
                    "both-boms-" + sdk,
                    Resolution.bom("io.lanyard:lanyard-bom", VERSION) + bom,
                    lanyard.replaceAll("<version>.*?</version>", "") + unversioned));
            PROJECTS.add(new Resolution.Project("starter-first-" + sdk, "", starter + s3));
        }
        String version = System.getProperty("snippets.boot");
        String boot = Resolution.bom("org.springframework.boot:spring-boot-dependencies", version);
        String actuator = Resolution.dependency("org.springframework.boot:spring-boot-starter-actuator", version);
        PROJECTS.add(new Resolution.Project("boot-alone", boot, starter + actuator));
        PROJECTS.add(new Resolution.Project(
                "boot-with-sdk", boot, starter + actuator + Resolution.dependency(SDK + ":s3", newest())));
    }

    private static String newest() {
        return SDKS.get(SDKS.size() - 1);
    }

    private static List<Documents.Snippet> dependencies() {
        return snippets.stream().filter(Documents.Snippet::isDependency).toList();
    }

    private static Documents.Snippet starter() {
        return dependencies().stream()
                .filter(snippet -> snippet.text().contains("lanyard-spring-boot-starter"))
                .findFirst()
                .orElseThrow();
    }

    /** Otherwise a dependency in another notation would not be tested. */
    @Test
    void each_snippet_that_names_a_module_is_a_known_dependency() {
        assertThat(dependencies()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(snippets)
                .filteredOn(snippet -> !snippet.isDependency())
                .noneMatch(snippet -> snippet.text().contains("io.lanyard:"));
    }

    @Test
    void with_maven_all_modules_of_the_aws_sdk_have_the_version_of_the_users_client() {
        byMaven.forEach(SnippetsIT::assertOneSdk);
    }

    @Test
    void with_gradles_highest_version_all_modules_of_the_aws_sdk_have_it_too() {
        byHighest.forEach(SnippetsIT::assertOneSdk);
    }

    private static void assertOneSdk(String project, List<Path> classPath) {
        Set<String> versions = sdkVersions(classPath);
        String written = Objects.requireNonNull(PROJECTS.stream()
                .filter(one -> one.name().equals(project))
                .findFirst()
                .orElseThrow()
                .dependencies());
        Set<String> expected =
                new HashSet<>(SDKS.stream().filter(project::endsWith).toList());
        if (project.equals("boot-with-sdk")) {
            expected.add(newest());
        } else if (project.startsWith("as-written") && written.contains("<groupId>" + SDK)) {
            expected.addAll(versions);
            assertThat(versions).as(project).hasSize(1);
        }
        assertThat(versions).as("versions of the AWS SDK in " + project).isEqualTo(expected);
    }

    private static Set<String> sdkVersions(List<Path> classPath) {
        return classPath.stream()
                .filter(jar -> jar.toString().contains("/software/amazon/awssdk/"))
                .map(jar -> jar.getName(jar.getNameCount() - 2).toString())
                .collect(Collectors.toSet());
    }

    @Test
    void the_first_program_lists_buckets_with_the_pods_credentials() throws Exception {
        Set<List<Path>> classPaths = new LinkedHashSet<>();
        for (Map<String, List<Path>> resolved : List.of(byMaven, byHighest)) {
            resolved.forEach((project, classPath) -> {
                if (!project.startsWith("boot") && classPath.toString().contains("/awssdk/s3/")) {
                    // in one order: most projects have the same jars
                    classPaths.add(classPath.stream().sorted().toList());
                }
            });
        }
        assertThat(classPaths).hasSizeGreaterThanOrEqualTo(SDKS.size());
        for (List<Path> classPath : classPaths) {
            runFirstProgram(classPath);
        }
    }

    private static void runFirstProgram(List<Path> classPath) throws Exception {
        Path classes = Files.createTempDirectory(WORK, "program");
        compile(
                classes,
                classPath,
                Map.of("Program", Documents.firstProgram(snippets), "Redirect", resource("Redirect.java.txt")));
        Path interceptors = classes.resolve("software/amazon/awssdk/global/handlers/execution.interceptors");
        Files.createDirectories(interceptors.getParent());
        Files.writeString(interceptors, "Redirect");
        try (ObjectStore store = new ObjectStore();
                EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile token = ServiceAccountTokenFile.create("shop", "cart")) {
            agent.associate("shop", "cart", "arn:aws:iam::111122223333:role/Cart");
            Map<String, String> environment = new HashMap<>(agent.environmentFor(token));
            environment.put("AWS_REGION", "eu-central-1");
            Child.Ended ended = run(classes, classPath, environment, "-Dtest.port=" + store.port(), "Program");

            assertThat(ended.status()).as(classPath + "\n" + ended.output()).isZero();
            assertThat(ended.output()).contains("first-program\n");
            assertThat(agent.requests()).hasSize(1);
            assertThat(store.authorizations())
                    .isNotEmpty()
                    .allMatch(signed -> signed.contains(
                            "Credential=" + agent.issued().get(0).accessKeyId() + "/"));
        }
    }

    @Test
    void the_starter_provides_credentials_to_an_application_with_an_aws_client() throws Exception {
        assertThat(boot("boot-with-sdk")).contains("provider: true");
    }

    @Test
    void an_application_without_the_aws_sdk_starts_with_the_starter() throws Exception {
        assertThat(boot("boot-alone")).contains("provider: false");
    }

    private static String boot(String project) throws Exception {
        List<Path> classPath = Objects.requireNonNull(byMaven.get(project));
        Path classes = Files.createTempDirectory(WORK, "boot");
        // Spring scans the package of the application, which must not be the default one
        compile(classes, classPath, Map.of("app/Boot", "package app;\n" + resource("Boot.java.txt")));
        Child.Ended ended = run(classes, classPath, Map.of(), "-XX:TieredStopAtLevel=1", "app.Boot");
        assertThat(ended.status()).as(ended.output()).isZero();
        return ended.output();
    }

    private static void compile(Path classes, List<Path> classPath, Map<String, String> sources) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", joined(classPath)));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = classes.resolve("src").resolve(source.getKey() + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
        assertThat(status).as("javac with " + classPath).isZero();
    }

    private static Child.Ended run(
            Path classes, List<Path> classPath, Map<String, String> environment, String option, String main)
            throws IOException, InterruptedException {
        ProcessBuilder java = new ProcessBuilder(
                        Child.java(),
                        option,
                        "-Duser.home=" + classes,
                        "-cp",
                        classes + File.pathSeparator + joined(classPath),
                        main)
                .redirectErrorStream(true);
        java.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        java.environment().putAll(environment);
        return Child.run(java, LIMIT);
    }

    private static String joined(List<Path> classPath) {
        return classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SnippetsIT.class.getResourceAsStream("/" + name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
