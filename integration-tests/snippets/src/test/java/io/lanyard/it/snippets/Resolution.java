// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves dependencies by Maven itself, in a repository of its own.
 *
 * <p>All projects are modules of one build, so that Maven starts once. Gradle itself is not used: its rule, that the
 * highest version wins, is emulated. Maven's verbose trees have every requested version; the projects are resolved again
 * with the highest version forced, until none is higher. Gradle's variants, capabilities and rich versions are not
 * emulated, and its platform is a BOM whose versions take part in the comparison.
 */
final class Resolution {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:";
    private static final int ROUNDS = 5;

    /** A node of a verbose tree, with the version that lost or was replaced. */
    private static final Pattern NODE = Pattern.compile(
            "([\\w.-]+):([\\w.-]+):jar:(?:[\\w.-]+:)?([\\w.-]+):(?:compile|runtime|provided|test)(.*)$");

    private static final Pattern OTHER =
            Pattern.compile("(?:version managed from|omitted for conflict with) ([\\w.-]+)");
    private static final Pattern VERSION = Pattern.compile("<version>([^<]*)</version>");

    private final Path work;
    private final Path repository;
    private final Path cache;

    Resolution(Path work, Path repository, Path cache) {
        this.work = work;
        this.repository = repository;
        this.cache = cache;
    }

    /** A user's project: the BOMs it imports and its dependencies, as XML. */
    record Project(String name, String boms, String dependencies) {

        String pom(Map<String, String> forced) {
            StringBuilder management = new StringBuilder();
            forced.forEach((module, version) -> management.append(dependency(module, version)));
            return "<project><modelVersion>4.0.0</modelVersion>"
                    + "<parent><groupId>user</groupId><artifactId>all</artifactId><version>1</version></parent>"
                    + "<artifactId>" + name + "</artifactId><packaging>pom</packaging>"
                    + "<dependencyManagement><dependencies>" + management + boms
                    + "</dependencies></dependencyManagement>"
                    + "<dependencies>" + raised(forced) + "</dependencies></project>";
        }

        /** In Maven a project's own versions take precedence over all others; in Gradle they do not. */
        private String raised(Map<String, String> forced) {
            StringBuilder raised = new StringBuilder();
            for (String one : dependencies.split("(?<=</dependency>)", -1)) {
                String text = one;
                for (Map.Entry<String, String> entry : forced.entrySet()) {
                    String[] ids = entry.getKey().split(":", -1);
                    if (one.contains("<groupId>" + ids[0] + "</groupId>")
                            && one.contains("<artifactId>" + ids[1] + "</artifactId>")) {
                        text = VERSION.matcher(one).replaceAll("<version>" + entry.getValue() + "</version>");
                    }
                }
                raised.append(text);
            }
            return raised.toString();
        }
    }

    static String dependency(String module, String version) {
        String[] ids = module.split(":", -1);
        return "<dependency><groupId>" + ids[0] + "</groupId><artifactId>" + ids[1] + "</artifactId><version>" + version
                + "</version></dependency>";
    }

    static String bom(String module, String version) {
        return dependency(module, version)
                .replace("</dependency>", "<type>pom</type><scope>import</scope></dependency>");
    }

    /** Installs an artifact of Lanyard as {@code mvn install} does. */
    void install(Path folder, String artifact, String version) throws IOException {
        Path target = repository.resolve("io/lanyard").resolve(artifact).resolve(version);
        Files.createDirectories(target);
        String name = artifact + "-" + version;
        Files.copy(folder.resolve("pom.xml"), target.resolve(name + ".pom"), StandardCopyOption.REPLACE_EXISTING);
        Path jar = folder.resolve("target").resolve(name + ".jar");
        if (!artifact.equals("lanyard-parent") && !artifact.equals("lanyard-bom")) {
            Files.copy(jar, target.resolve(name + ".jar"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Returns the class paths as Maven resolves them, by the projects' names. */
    Map<String, List<Path>> byMaven(List<Project> projects) throws IOException, InterruptedException {
        return resolve("maven", projects, Map.of());
    }

    /** Returns the class paths in which the highest version wins, as with Gradle. */
    Map<String, List<Path>> byHighestVersion(List<Project> projects) throws IOException, InterruptedException {
        Map<String, Map<String, String>> forced = new TreeMap<>();
        for (Project project : projects) {
            forced.put(project.name(), higher(work.resolve("maven").resolve(project.name())));
        }
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, List<Path>> resolved = resolve("highest", projects, forced);
            boolean changed = false;
            for (Project project : projects) {
                Map<String, String> more = higher(work.resolve("highest").resolve(project.name()));
                changed |= !more.isEmpty();
                forced.merge(project.name(), more, (known, found) -> {
                    known.putAll(found);
                    return known;
                });
            }
            if (!changed) {
                return resolved;
            }
        }
        throw new AssertionError("no fixed point in " + ROUNDS + " rounds: " + forced);
    }

    /** Returns the modules of which a higher version was requested than was resolved, with the highest. */
    private static Map<String, String> higher(Path project) throws IOException {
        Map<String, String> taken = new TreeMap<>();
        Map<String, String> highest = new TreeMap<>();
        for (String line : Files.readAllLines(project.resolve("tree.txt"))) {
            Matcher node = NODE.matcher(line.replaceAll("\\)$", ""));
            if (!node.find()) {
                continue;
            }
            String module = node.group(1) + ":" + node.group(2);
            String version = node.group(3);
            boolean omitted = node.group(4).contains("omitted for");
            if (!omitted) {
                taken.put(module, version);
            }
            highest.merge(module, version, Resolution::higherOf);
            Matcher other = OTHER.matcher(node.group(4));
            while (other.find()) {
                highest.merge(module, other.group(1), Resolution::higherOf);
            }
        }
        assertThat(taken).as("modules in the tree of " + project).isNotEmpty();
        highest.entrySet().removeIf(entry -> entry.getValue().equals(taken.get(entry.getKey())));
        return highest;
    }

    private static String higherOf(String one, String other) {
        int[] ones = numbers(one);
        int[] others = numbers(other);
        int difference = Arrays.compare(ones, others);
        return difference >= 0 ? one : other;
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\D+"))
                .filter(part -> !part.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private Map<String, List<Path>> resolve(
            String folder, List<Project> projects, Map<String, Map<String, String>> forced)
            throws IOException, InterruptedException {
        Path build = work.resolve(folder);
        StringBuilder modules = new StringBuilder();
        for (Project project : projects) {
            Path module = build.resolve(project.name());
            Files.createDirectories(module);
            Files.deleteIfExists(module.resolve("classpath.txt"));
            Files.deleteIfExists(module.resolve("tree.txt"));
            Files.writeString(module.resolve("pom.xml"), project.pom(forced.getOrDefault(project.name(), Map.of())));
            modules.append("<module>").append(project.name()).append("</module>");
        }
        String cached = "<id>this-machine</id><url>" + cache.toUri() + "</url>"
                + "<snapshots><enabled>false</enabled></snapshots>";
        Files.writeString(
                build.resolve("pom.xml"),
                "<project><modelVersion>4.0.0</modelVersion><groupId>user</groupId><artifactId>all</artifactId>"
                        + "<version>1</version><packaging>pom</packaging><modules>" + modules + "</modules>"
                        + "<repositories><repository>" + cached + "</repository></repositories>"
                        + "<pluginRepositories><pluginRepository>" + cached + "</pluginRepository></pluginRepositories>"
                        + "</project>");
        maven(build);
        Map<String, List<Path>> classPaths = new LinkedHashMap<>();
        for (Project project : projects) {
            String line = Files.readString(build.resolve(project.name()).resolve("classpath.txt"));
            classPaths.put(
                    project.name(),
                    Arrays.stream(line.strip().split(":")).map(Path::of).toList());
        }
        return classPaths;
    }

    private void maven(Path build) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("snippets.maven"), "bin", "mvn").toString(),
                "-B",
                "-ntp",
                "-q",
                "-Dmaven.repo.local=" + repository));
        Path settings = Path.of(System.getProperty("snippets.settings").substring("file:".length()));
        if (Files.exists(settings)) {
            command.addAll(List.of("-s", settings.toString()));
        }
        if (System.getProperty("snippets.offline").equals("offline:true")) {
            // what this machine has is not the network
            command.addAll(List.of("-o", "-Daether.offline.protocols=file"));
        }
        command.addAll(List.of(
                PLUGIN + "build-classpath",
                "-Dmdep.outputFile=classpath.txt",
                PLUGIN + "tree",
                "-Dverbose",
                "-DoutputFile=tree.txt"));
        ProcessBuilder maven =
                new ProcessBuilder(command).directory(build.toFile()).redirectErrorStream(true);
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Child.Ended ended = Child.run(maven, LIMIT);
        assertThat(ended.status()).as(ended.output()).isZero();
    }
}
