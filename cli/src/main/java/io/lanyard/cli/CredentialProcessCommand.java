// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkException;

/** Prints the chain's credentials in the format of {@code credential_process}, for the AWS CLI and other languages. */
@Command(
        name = "credential-process",
        description = {
            "Prints the credentials of the chain as the AWS config's credential_process expects them, secrets included."
                    + " For the AWS CLI and for SDKs of other languages:",
            "  [profile pod]",
            "  credential_process = java -jar /opt/lanyard.jar credential-process"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class CredentialProcessCommand implements Callable<Integer> {

    private static final String NAME = "credential-process";
    private static final int DEEPEST = 8;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (isCalledByItself()) {
            spec.commandLine()
                    .getErr()
                    .println("lanyard credential-process was started by a profile that it reads itself. Remedy: keep"
                            + " AWS_PROFILE from naming the profile whose credential_process this is");
            return 1;
        }
        try (LanyardDefaultCredentialsProvider provider = LanyardDefaultCredentialsProvider.create()) {
            AwsCredentials credentials = provider.resolveCredentials();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("Version", 1);
            json.put("AccessKeyId", credentials.accessKeyId());
            json.put("SecretAccessKey", credentials.secretAccessKey());
            if (credentials instanceof AwsSessionCredentials session) {
                json.put("SessionToken", session.sessionToken());
            }
            provider.status()
                    .identity()
                    .flatMap(identity -> identity.expiration())
                    .ifPresent(end -> json.put("Expiration", end.toString()));
            spec.commandLine().getOut().println(Json.of(json));
            spec.commandLine().getOut().flush();
            return 0;
        } catch (SdkException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    /** A profile whose process is this command leads back to this command, without end. */
    private static boolean isCalledByItself() {
        Optional<ProcessHandle> parent = ProcessHandle.current().parent();
        for (int depth = 0; depth < DEEPEST && parent.isPresent(); depth++) {
            // not a shell or a wrapper that was given the command as an argument
            String line = commandLine(parent.get());
            if (line.split(" ", 2)[0].endsWith("java") && line.endsWith(" " + NAME)) {
                return true;
            }
            parent = parent.get().parent();
        }
        return false;
    }

    /** The JDK gives no command line of more than a page, and a class path makes it longer; Linux gives all of it. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"), ISO_8859_1)
                    .replace('\0', ' ')
                    .strip();
        } catch (IOException | RuntimeException e) { // not Linux, or not this user's process
            return process.info().commandLine().orElse("").strip();
        }
    }
}
