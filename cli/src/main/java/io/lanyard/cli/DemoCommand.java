// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Starts the demo, which is a jar of its own: an S3 endpoint is too heavy for a jar that people put on a class path.
 */
@Command(
        name = "demo",
        description = {
            "Shows the main job in under a minute, on this machine alone: a Pod Identity agent,"
                    + " an application that reads from S3 with Lanyard, credentials that end every 20 seconds,"
                    + " a token that rotates, and no call that fails.",
            "Exits with 1 when any of this is not so."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class DemoCommand implements Callable<Integer> {
    static final String JAR_PROPERTY = "lanyard.demo.jar";
    private static final String DEMO = "io.lanyard.demo.Demo";
    private static final String JAR = "lanyard-demo.jar";
    static final String SPRING_PROPERTY = "lanyard.demo.spring.jar";
    private static final String SPRING_JAR = "spring-boot-s3.jar";

    @Option(names = "--no-color", description = "No colours, as when NO_COLOR is set or the output is no terminal.")
    private boolean noColor;

    @Option(
            names = "--spring",
            description =
                    "The example Spring Boot application in place of the ordinary one, and what its actuator says.")
    private boolean spring;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, ReflectiveOperationException {
        List<String> arguments = new ArrayList<>();
        if (noColor) {
            arguments.add("--no-color");
        }
        if (spring) {
            Path application = find(System.getProperty(SPRING_PROPERTY), home(), SPRING_JAR, "examples/spring-boot-s3");
            if (application == null) {
                return missing(
                        "The example application",
                        SPRING_PROPERTY,
                        "./lanyard demo --spring",
                        "demo,cli,examples/spring-boot-s3");
            }
            arguments.add("--spring=" + application);
        }
        ClassLoader own = DemoCommand.class.getClassLoader();
        if (own.getResource(DEMO.replace('.', '/') + ".class") != null) {
            return run(own, arguments);
        }
        Path jar = find(System.getProperty(JAR_PROPERTY), home(), JAR, "demo");
        if (jar == null) {
            return missing("The demo", JAR_PROPERTY, "./lanyard demo", "demo,cli");
        }
        try (URLClassLoader loader =
                new URLClassLoader("demo", new URL[] {jar.toUri().toURL()}, own)) {
            return run(loader, arguments);
        }
    }

    private int missing(String what, String property, String command, String modules) {
        spec.commandLine()
                .getErr()
                .println(what + " is a jar of its own, and it is not built. In a checkout of Lanyard, either of these"
                        + " builds it:" + System.lineSeparator()
                        + "  " + command + System.lineSeparator()
                        + "  mvn -q -pl " + modules + " -am -DskipTests package" + System.lineSeparator()
                        + "If it is elsewhere: java -D" + property + "=PATH -jar lanyard.jar demo");
        return 2;
    }

    /** The jar that was named, or else the one beside lanyard.jar or in the checkout around it. */
    static @Nullable Path find(@Nullable String named, @Nullable Path home, String jarName, String module) {
        if (named != null) {
            Path jar = Path.of(named);
            return Files.isRegularFile(jar) ? jar : null;
        }
        if (home == null) {
            return null;
        }
        List<Path> places = List.of(
                home.resolve(jarName),
                home.resolve("../..").resolve(module).resolve("target").resolve(jarName));
        return places.stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .map(Path::normalize)
                .orElse(null);
    }

    private static @Nullable Path home() {
        CodeSource source = DemoCommand.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return null;
        }
        try {
            return new File(source.getLocation().toURI()).toPath().getParent();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }

    private static int run(ClassLoader loader, List<String> arguments) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return (int) loader.loadClass(DEMO).getMethod("run", List.class).invoke(null, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
