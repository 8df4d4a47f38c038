// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says why there are no credentials here, or the wrong ones, and how to fix it. */
@Command(
        name = "doctor",
        description = {
            "Checks the AWS credentials of this machine, pod or task: settings, token file, one exchange with the agent,"
                    + " the whole chain, and what happens at the next expiration.",
            "Exit codes: 0 no problem (warnings are none), 1 a problem was found, 2 the command line is wrong."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class DoctorCommand implements Callable<Integer> {

    @Option(
            names = "--probe",
            description = "Also ask every other configured source whether it would provide credentials, and whose.")
    private boolean probe;

    @Option(names = "--json", description = "Print JSON; docs/doctor.md#json has the schema.")
    private boolean json;

    @Option(
            names = "--gate",
            description =
                    "For an init container or a deployment pipeline: exit with 0 only when the identity in use is the"
                            + " wanted one, and wait for it.")
    private boolean gate;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "With --gate: the wanted source. Default: container.")
    private @Nullable String source;

    @Option(names = "--role", paramLabel = "ARN", description = "With --gate: the wanted role, by its ARN or its name.")
    private @Nullable String role;

    @Option(names = "--wait", paramLabel = "SECONDS", description = "With --gate: how long to wait. Default: 60.")
    private @Nullable Integer wait;

    @Mixin
    private OfflineOptions offline = new OfflineOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException, InterruptedException {
        if (offline.given()) {
            return offline.run(PodFacts.ofThisProcess(), json);
        }
        if (!gate && (source != null || role != null || wait != null)) {
            throw new ParameterException(spec.commandLine(), "--source, --role and --wait belong to --gate");
        }
        if (gate) {
            int seconds = wait == null ? 60 : wait;
            if (seconds < 0 || seconds > 3600) {
                throw new ParameterException(spec.commandLine(), "--wait takes 0 to 3600 seconds");
            }
            return new GateCheck(
                            source == null ? "container" : source,
                            role,
                            Duration.ofSeconds(seconds),
                            spec.commandLine().getOut())
                    .run();
        }
        try (LanyardDefaultCredentialsProvider provider = provider()) {
            Diagnosis diagnosis = provider.diagnose(probe);
            if (json) {
                spec.commandLine().getOut().println(Json.of(diagnosis));
            } else {
                Report report = new Report(Terminal.ansi(), Terminal.width()).diagnosis(diagnosis);
                if (diagnosis.findings().isEmpty() && !diagnosis.hasProblem()) {
                    report.line("").line("No problem found.");
                }
                spec.commandLine().getOut().print(report);
            }
            spec.commandLine().getOut().flush();
            return diagnosis.hasProblem() ? 1 : 0;
        }
    }

    /** A provider that does not wait for what a pod waits for at its start. */
    static LanyardDefaultCredentialsProvider provider() {
        return LanyardDefaultCredentialsProvider.builder()
                .container(container -> container
                        .startupPatience(Duration.ZERO)
                        .maxAttempts(1)
                        .attemptTimeout(Duration.ofSeconds(8))
                        .loadTimeout(Duration.ofSeconds(10)))
                .build();
    }
}
