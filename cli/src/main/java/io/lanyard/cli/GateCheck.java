// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import io.lanyard.chain.ChainReport;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceReport;
import io.lanyard.chain.SourceState;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the identity in use is the wanted one. What cannot change while the process runs, such as container settings
 * that the pod was created without, ends the wait at once.
 */
final class GateCheck {

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String source;
    private final @Nullable String role;
    private final Duration limit;
    private final PrintWriter out;
    private String lastLine = "";

    GateCheck(String source, @Nullable String role, Duration limit, PrintWriter out) {
        this.source = source;
        this.role = role;
        this.limit = limit;
        this.out = out;
    }

    int run() throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try (LanyardDefaultCredentialsProvider provider = DoctorCommand.provider()) {
                Diagnosis diagnosis = provider.diagnose(false);
                // STS names the role; only a probe asks it
                ChainReport report = provider.explain(role != null);
                Optional<SourceReport> used = report.inUse();
                String mismatch = mismatch(used);
                if (mismatch == null) {
                    say("The gate opens: " + used.orElseThrow().name() + " provides the credentials"
                            + (role == null ? "" : " of " + role) + ".");
                    return 0;
                }
                boolean settled = isFinal(report);
                if (settled || System.nanoTime() >= end) {
                    say("The gate stays closed: " + mismatch
                            + (settled ? "." : ", after " + limit.toSeconds() + " s."));
                    out.print(new Report(Terminal.ansi(), Terminal.width()).findings(diagnosis.findings()));
                    out.flush();
                    return 1;
                }
                say("Waiting: " + mismatch + ".");
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(PAUSE.toNanos(), Math.max(1, end - System.nanoTime())));
        }
    }

    /** Returns why the identity in use is not the wanted one; null when it is. */
    @Nullable
    String mismatch(Optional<SourceReport> used) {
        if (used.isEmpty()) {
            return "there are no credentials";
        }
        String name = used.get().name().name();
        if (!name.equals(source)) {
            return "the source in use is " + name + " and not " + source;
        }
        Optional<String> arn = used.get().probed().flatMap(Identity::arn);
        if (role != null && arn.filter(this::isOfRole).isEmpty()) {
            return "the identity in use is not of the role " + role;
        }
        return null;
    }

    /** Compares account and role name: STS names a session of the role, not the role. */
    private boolean isOfRole(String arn) {
        String name = role == null ? "" : role.substring(role.lastIndexOf('/') + 1);
        String[] parts = role == null ? new String[0] : role.split(":", 6);
        String account = parts.length == 6 ? parts[4] : "";
        return arn.contains(":assumed-role/" + name + "/") && arn.contains("::" + account);
    }

    /** Whether waiting changes nothing: the wanted source is not configured, and variables do not change. */
    private boolean isFinal(ChainReport report) {
        return report.sources().stream()
                .filter(known -> known.name().name().equals(source))
                .allMatch(
                        known -> known.state() == SourceState.NOT_CONFIGURED || known.state() == SourceState.EXCLUDED);
    }

    private void say(String line) {
        if (!line.equals(lastLine)) {
            lastLine = line;
            out.println(line);
            out.flush();
        }
    }
}
