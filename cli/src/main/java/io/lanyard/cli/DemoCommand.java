// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
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
 *
 * <p>It runs only the jar that the command line names, and searches no folder: a jar that merely lies near this one may
 * be anybody's. The script {@code lanyard} names the jars that it has built.
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
    static final String SPRING_PROPERTY = "lanyard.demo.spring.jar";

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
            Path application = named(SPRING_PROPERTY);
            if (application == null) {
                return missing("The example application", SPRING_PROPERTY, "./lanyard demo --spring");
            }
            arguments.add("--spring=" + application);
        }
        ClassLoader own = DemoCommand.class.getClassLoader();
        if (own.getResource(DEMO.replace('.', '/') + ".class") != null) {
            return run(own, arguments);
        }
        Path jar = named(JAR_PROPERTY);
        if (jar == null) {
            return missing("The demo", JAR_PROPERTY, "./lanyard demo");
        }
        try (URLClassLoader loader =
                new URLClassLoader("demo", new URL[] {jar.toUri().toURL()}, own)) {
            return run(loader, arguments);
        }
    }

    private int missing(String what, String property, String command) {
        String given = System.getProperty(property);
        spec.commandLine()
                .getErr()
                .println(what + " is a jar of its own, and "
                        + (given == null
                                ? "the command line does not name it."
                                : "the file " + given + " does not exist.")
                        + " In a checkout of Lanyard this builds and runs it:" + System.lineSeparator()
                        + "  " + command + System.lineSeparator()
                        + "A jar that you trust: java -D" + property + "=PATH -jar lanyard.jar demo");
        return 2;
    }

    /** The jar that the command line names; null when it names none, or no file. */
    private static @Nullable Path named(String property) {
        String path = System.getProperty(property);
        return path != null && Files.isRegularFile(Path.of(path)) ? Path.of(path) : null;
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
