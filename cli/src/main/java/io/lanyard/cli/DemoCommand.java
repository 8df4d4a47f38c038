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
 * Starts the demo from its own jar, because an S3 endpoint is too large for a jar that is also used as a class path.
 *
 * <p>It runs only the jar that a system property names and never searches a folder, because a jar found there may come
 * from an attacker. The script {@code lanyard} names the jars that it has built.
 */
@Command(
        name = "demo",
        description = {
            "Runs an EKS Pod Identity agent, an S3 endpoint and an application that uses Lanyard, on this machine only,"
                    + " in under a minute. The credentials expire every 20 seconds and the token rotates;"
                    + " no call may fail.",
            "Exits with 1 if a check fails."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class DemoCommand implements Callable<Integer> {
    static final String JAR_PROPERTY = "lanyard.demo.jar";
    private static final String DEMO = "io.lanyard.demo.Demo";
    static final String SPRING_PROPERTY = "lanyard.demo.spring.jar";

    @Option(names = "--no-color", description = "Prints no colours, as if NO_COLOR were set.")
    private boolean noColor;

    @Option(
            names = "--spring",
            description = "Runs the example Spring Boot application instead and shows its actuator.")
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
                .println(what + " is in a separate jar, and "
                        + (given == null
                                ? "the system property " + property + " does not name it."
                                : "the file " + given + " does not exist.")
                        + " To build and run it, in a checkout of Lanyard:" + System.lineSeparator()
                        + "  " + command + System.lineSeparator()
                        + "To run a jar that you trust: java -D" + property + "=PATH -jar lanyard.jar demo");
        return 2;
    }

    /** Returns the jar that the system property names; null if it names no existing file. */
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
