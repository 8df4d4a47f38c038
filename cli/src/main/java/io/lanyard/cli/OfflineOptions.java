// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lanyard.diagnose.DeniedText;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The checks of {@code doctor} that read a text, a file or a class path and make no request. */
final class OfflineOptions {

    /** What is read of a file or of standard input. */
    private static final int LONGEST_INPUT = 4 << 20;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @ArgGroup(exclusive = true)
    private @Nullable Check check;

    @Option(names = "--cluster", paramLabel = "NAME", description = "The EKS cluster of the pod.")
    private @Nullable String cluster;

    @Option(names = "--namespace", paramLabel = "NAME", description = "The namespace of the pod.")
    private @Nullable String namespace;

    @Option(names = "--service-account", paramLabel = "NAME", description = "The service account of the pod.")
    private @Nullable String serviceAccount;

    @Option(names = "--region", paramLabel = "REGION", description = "The Region of the cluster.")
    private @Nullable String region;

    @Option(names = "--account", paramLabel = "ID", description = "The account of the cluster.")
    private @Nullable String account;

    @Option(
            names = "--pod-created",
            paramLabel = "TIME",
            description = "With --association: when the pod was created, for example 2026-11-24T10:00:00Z.")
    private @Nullable Instant podCreated;

    /** One of the checks. */
    static final class Check {

        @Option(
                names = "--explain-denied",
                paramLabel = "TEXT",
                arity = "0..1",
                fallbackValue = "-",
                description =
                        "Say whose identity an AccessDenied message or a stack trace names, where it comes from, and"
                                + " whether credentials or permissions are at fault. - or no text: standard input.")
        private @Nullable String denied;

        @Option(
                names = "--trust-policy",
                paramLabel = "FILE",
                description =
                        "Judge a role's trust policy as EKS Pod Identity meets it: the policy, or the output of aws iam"
                                + " get-role. -: standard input.")
        private @Nullable String trustPolicy;

        @Option(
                names = "--association",
                paramLabel = "FILE",
                description = "Say whether an association is for this pod: the output of aws eks"
                        + " describe-pod-identity-association. -: standard input.")
        private @Nullable String association;

        @Option(
                names = "--classpath",
                paramLabel = "PATHS",
                arity = "0..1",
                fallbackValue = "",
                description =
                        "List the AWS SDKs in jars and folders, and what they support. Without a value: the class path"
                                + " of this process.")
        private @Nullable String classPath;
    }

    /** What a check says, before it is printed. */
    private record Answer(List<String> lines, Map<String, Object> json, List<Finding> findings, boolean problem) {}

    /** Whether one of the checks was asked for. */
    boolean given() {
        return check != null;
    }

    /** The names that were given on the command line, for the other checks. */
    Facts facts() {
        Facts facts = Facts.none();
        facts = with(facts, Fact.CLUSTER, "--cluster", cluster);
        facts = with(facts, Fact.NAMESPACE, "--namespace", namespace);
        facts = with(facts, Fact.SERVICE_ACCOUNT, "--service-account", serviceAccount);
        facts = with(facts, Fact.REGION, "--region", region);
        return with(facts, Fact.ACCOUNT, "--account", account);
    }

    private Facts with(Facts facts, Fact fact, String option, @Nullable String value) {
        Facts with = facts.with(fact, value);
        if (value != null && with.get(fact).isEmpty()) {
            throw new ParameterException(spec.commandLine(), option + " does not have the form of such a name");
        }
        return with;
    }

    /**
     * Makes the check that was asked for, and prints the result.
     *
     * @param known names that are known from elsewhere, for example from the token of this pod
     * @param json whether to print JSON
     * @return the exit code: 0 no problem, 1 a problem was found
     */
    int run(Facts known, boolean json) throws JsonProcessingException {
        Answer answer = answer(facts().or(known));
        if (json) {
            spec.commandLine().getOut().println(Json.of(answer.json()));
        } else {
            Report report = new Report(Terminal.ansi(), Terminal.width());
            answer.lines().forEach(report::line);
            spec.commandLine().getOut().print(report.findings(answer.findings()));
        }
        spec.commandLine().getOut().flush();
        return answer.problem() ? 1 : 0;
    }

    private Answer answer(Facts facts) {
        Check asked = check == null ? new Check() : check;
        if (asked.denied != null) {
            return denied(asked.denied, facts);
        }
        if (asked.trustPolicy != null) {
            return trustPolicy(input("--trust-policy", asked.trustPolicy), facts);
        }
        if (asked.association != null) {
            return association(input("--association", asked.association), facts);
        }
        return classPath(asked.classPath == null ? "" : asked.classPath, facts);
    }

    private Answer denied(String text, Facts facts) {
        DeniedText read = DeniedText.read(text.equals("-") ? input("--explain-denied", text) : text, facts);
        String session =
                read.facts().get(Fact.SESSION).map(name -> ", session " + name).orElse("");
        String role = read.facts().get(Fact.ROLE).map(name -> " " + name).orElse("");
        List<String> sources =
                read.sources().stream().map(source -> source.name()).toList();
        List<String> lines = List.of(
                "Identity: " + read.identity() + (session.isEmpty() ? "" : role + session),
                "Source: " + (sources.isEmpty() ? "not known" : String.join(" or ", sources)),
                "At fault: " + (read.fault() == DeniedText.Fault.UNKNOWN ? "the text does not show it" : read.fault()));
        Map<String, Object> json = document(read.findings());
        json.put("identity", read.identity().name());
        json.put("sources", sources);
        json.put("fault", read.fault().name());
        return new Answer(lines, json, read.findings(), problem(read.findings()));
    }

    private Answer trustPolicy(String text, Facts facts) {
        TrustPolicyCheck.Verdict verdict = readable("--trust-policy", () -> TrustPolicyCheck.of(text, facts));
        List<String> lines = new ArrayList<>();
        if (verdict.findings().isEmpty()) {
            lines.add(verdict.sentence() + ".");
            verdict.reasons().stream().skip(1).forEach(reason -> lines.add("Also: " + reason + "."));
        }
        Map<String, Object> json = document(verdict.findings());
        json.put("verdict", verdict.decision().name());
        json.put("sentence", verdict.sentence());
        json.put("reasons", verdict.reasons());
        verdict.statement().ifPresent(number -> json.put("statement", number));
        json.put("policy", verdict.policy());
        return new Answer(lines, json, verdict.findings(), verdict.decision() != TrustPolicyCheck.Decision.TRUSTED);
    }

    private Answer association(String text, Facts facts) {
        AssociationCheck.Verdict verdict =
                readable("--association", () -> AssociationCheck.of(text, facts, Optional.ofNullable(podCreated)));
        Map<String, Object> json = document(verdict.findings());
        json.put("verdict", verdict.decision().name());
        json.put("lines", verdict.lines());
        List<String> lines = verdict.decision() == AssociationCheck.Decision.NO_MATCH
                ? List.of() // the finding says it
                : verdict.lines().stream().map(line -> line + ".").toList();
        return new Answer(
                lines,
                json,
                verdict.findings(),
                verdict.decision() != AssociationCheck.Decision.MATCHES || problem(verdict.findings()));
    }

    private static Answer classPath(String paths, Facts facts) {
        ClassPathReport report = ClassPathReport.of(
                paths.isEmpty() ? ClassPathScan.ofThisProcess() : paths, ClassPathReport.Needs.ofThisProcess(), facts);
        Map<String, Object> json = document(report.findings());
        json.put("copies", report.copies().stream().map(OfflineOptions::copy).toList());
        json.put("skipped", report.skipped());
        return new Answer(report.lines(), json, report.findings(), problem(report.findings()));
    }

    private static Map<String, Object> copy(SdkCopy copy) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("generation", copy.generation());
        json.put("package", copy.root());
        copy.version().ifPresent(version -> json.put("version", version));
        json.put("versions", copy.versions());
        json.put(
                "containers",
                Stream.of(copy.containers())
                        .flatMap(names -> names.stream().sorted())
                        .toList());
        json.put("podIdentity", copy.podIdentity().name());
        json.put("ipv6", copy.ipv6().name());
        json.put("sts", copy.sts());
        json.put("sso", copy.sso());
        json.put("httpClients", copy.httpClients());
        return json;
    }

    private static boolean problem(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.problem().severity() == Severity.PROBLEM);
    }

    private static Map<String, Object> document(List<Finding> findings) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", 1);
        json.put("findings", Json.findings(findings));
        return json;
    }

    private interface Reading<T> {
        T read();
    }

    private <T> T readable(String option, Reading<T> reading) {
        try {
            return reading.read();
        } catch (UnreadableInputException e) {
            throw new ParameterException(
                    spec.commandLine(), "the input of " + option + " cannot be used: " + e.getMessage(), e);
        }
    }

    private String input(String option, String file) {
        try {
            if (file.equals("-")) {
                return text(System.in);
            }
            Path path = Path.of(file);
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new ParameterException(spec.commandLine(), "the file of " + option + " is not a regular file");
            }
            try (InputStream in = Files.newInputStream(path)) {
                return text(in);
            }
        } catch (IOException | InvalidPathException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the file of " + option + " cannot be read (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readNBytes(LONGEST_INPUT), StandardCharsets.UTF_8);
    }
}
