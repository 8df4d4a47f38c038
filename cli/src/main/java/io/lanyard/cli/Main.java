// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code lanyard} command. Exit codes: 0 success, 1 a check failed, 2 the command line is wrong or a required file
 * is missing.
 */
@Command(
        name = "lanyard",
        description = "AWS container credentials for Java: loaded, refreshed in the background, served during outages.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DoctorCommand.class,
            WatchCommand.class,
            CredentialProcessCommand.class,
            DemoCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {
    /** Kept: the JDK forgets the level of a logger that nothing holds. */
    private static final Logger LOG = Logger.getLogger("io.lanyard");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    /**
     * Runs one command and exits the JVM with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        // suppresses the warning that there is no SLF4J provider
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
        LOG.setLevel(Level.OFF); // the commands say it themselves
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command");
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"lanyard " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
