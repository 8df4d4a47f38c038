// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @AfterEach
    void clearProperties() {
        System.clearProperty(DemoCommand.JAR_PROPERTY);
        System.clearProperty(DemoCommand.SPRING_PROPERTY);
    }

    @Test
    void helpListsTheCommandsAndTheirOptions() {
        assertThat(run("help")).isZero();
        assertThat(out.toString()).contains("lanyard", "demo", "help");
        assertThat(run("help", "demo")).isZero();
        assertThat(out.toString()).contains("--no-color");
    }

    @Test
    void versionIsOneLine() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().lines()).singleElement().asString().startsWith("lanyard ");
    }

    @Test
    void aMissingAndAnUnknownCommandAreErrorsWithUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("dance")).isEqualTo(2);
        assertThat(err.toString()).contains("missing command", "dance", "Usage: lanyard");
    }

    @Test
    void aMissingDemoJarIsAnErrorThatSaysHowToBuildIt() {
        System.setProperty(
                DemoCommand.JAR_PROPERTY, directory.resolve("missing.jar").toString());
        assertThat(run("demo")).isEqualTo(2);
        assertThat(err.toString()).contains("./lanyard demo", "the file ", "missing.jar does not exist");
    }

    @Test
    void theDemoReceivesTheOptionsAndItsExitCodeIsReturned() throws IOException {
        System.setProperty(DemoCommand.JAR_PROPERTY, demoJar().toString());
        assertThat(run("demo")).isEqualTo(40);
        assertThat(run("demo", "--no-color")).isEqualTo(41);
    }

    @Test
    void theExampleJarIsPassedToTheDemoOrItsAbsenceIsAnErrorThatSaysHowToBuildIt() throws IOException {
        System.setProperty(DemoCommand.JAR_PROPERTY, demoJar().toString());
        System.setProperty(
                DemoCommand.SPRING_PROPERTY, directory.resolve("missing.jar").toString());
        assertThat(run("demo", "--spring")).isEqualTo(2);
        assertThat(err.toString()).contains("./lanyard demo --spring", DemoCommand.SPRING_PROPERTY);

        System.setProperty(DemoCommand.SPRING_PROPERTY, demoJar().toString());
        assertThat(run("demo", "--spring")).isEqualTo(41);
    }

    @Test
    void aDemoJarNearTheCliJarIsNotRun() throws Exception {
        Path marker = directory.resolve("ran");
        Path jar = demoJar("java.nio.file.Files.createFile(java.nio.file.Path.of(\"" + marker + "\"));");
        Path home = Files.createDirectories(directory.resolve("checkout/cli/target"));
        Path classes = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path cli = home.resolve("lanyard.jar");
        jarOf(classes, cli);
        for (String place : List.of("checkout/cli/target", "checkout/demo/target", "checkout/demo")) {
            Files.copy(jar, Files.createDirectories(directory.resolve(place)).resolve("lanyard-demo.jar"));
        }
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        cli + File.pathSeparator + Cli.CLASS_PATH,
                        Main.class.getName(),
                        "demo")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        try {
            assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            demo.destroyForcibly();
        }

        assertThat(Files.readString(directory.resolve("output")))
                .contains("the system property lanyard.demo.jar does not name it");
        assertThat(demo.exitValue()).isEqualTo(2);
        assertThat(marker).doesNotExist();
    }

    private static void jarOf(Path classes, Path jar) throws IOException {
        try (JarOutputStream stream = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                stream.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, stream);
            }
        }
    }

    private int run(String... arguments) {
        CommandLine commandLine = Main.commandLine();
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** Returns a jar with a demo that returns 40 plus the number of its arguments. */
    private Path demoJar() throws IOException {
        return demoJar("");
    }

    private Path demoJar(String first) throws IOException {
        Path source = directory.resolve("Demo.java");
        Files.writeString(
                source,
                "package io.lanyard.demo; public class Demo {"
                        + " public static int run(java.util.List<String> a) throws Exception { " + first
                        + " return 40 + a.size(); } }");
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        OutputStream.nullOutputStream(),
                        OutputStream.nullOutputStream(),
                        List.of("-d", directory.toString(), source.toString()).toArray(String[]::new));
        assertThat(result).isZero();
        Path jar = directory.resolve("any.jar");
        try (JarOutputStream stream = new JarOutputStream(Files.newOutputStream(jar))) {
            stream.putNextEntry(new JarEntry("io/lanyard/demo/Demo.class"));
            Files.copy(directory.resolve("io/lanyard/demo/Demo.class"), stream);
        }
        return jar;
    }
}
