// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import io.lanyard.RefreshStatus;
import io.lanyard.chain.ChainStatus;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows live which credentials are in use and how they are kept fresh. */
@Command(
        name = "watch",
        description = {
            "Shows live: the source in use, the time to expiration, refreshes, failures and the next attempt.",
            "On a terminal the view is redrawn every second; otherwise a block is printed whenever something changes."
                    + " Ctrl-C ends it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class WatchCommand implements Callable<Integer> {

    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";

    @Option(names = "--seconds", paramLabel = "N", description = "End after N seconds. Default: run until Ctrl-C.")
    private int seconds;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        boolean live = Terminal.isTerminal() && Terminal.ansi().enabled();
        int width = Terminal.width();
        if (live) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                out.print(SHOW_CURSOR + System.lineSeparator());
                out.flush();
            }));
            out.print(HIDE_CURSOR);
        }
        long end = seconds > 0 ? System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds) : Long.MAX_VALUE;
        try (LanyardDefaultCredentialsProvider provider = LanyardDefaultCredentialsProvider.create()) {
            int drawn = 0;
            String last = "";
            do {
                CompletableFuture<?> unused =
                        provider.resolveIdentity(); // starts a load where one is due, and never waits
                List<String> lines = lines(provider.status(), Instant.now(), width);
                if (live) {
                    out.print(drawn == 0 ? "" : "\033[" + drawn + "A");
                    lines.forEach(line -> out.print("\033[2K" + line + System.lineSeparator()));
                    drawn = lines.size();
                } else {
                    String changed = stable(provider.status());
                    if (!changed.equals(last)) {
                        last = changed;
                        lines.forEach(out::println);
                        out.println();
                    }
                }
                out.flush();
                TimeUnit.SECONDS.sleep(1);
            } while (System.nanoTime() < end);
        }
        return 0;
    }

    /** Always the same number of lines, so that the view can be drawn over. */
    static List<String> lines(ChainStatus status, Instant now, int width) {
        List<String> lines = new ArrayList<>();
        lines.add(row("source", status.source().map(Object::toString).orElse("none yet")));
        lines.add(row(
                "identity",
                status.identity()
                        .map(who -> who.accessKeyId()
                                + who.accountId()
                                        .map(account -> " of account " + account)
                                        .orElse(""))
                        .orElse("-")));
        lines.add(row(
                "expires",
                status.identity()
                        .flatMap(who -> who.expiration())
                        .map(moment -> moment + " (" + left(now, moment) + ")")
                        .orElse("-")));
        RefreshStatus refresh = status.refresh().orElse(null);
        lines.add(row(
                "state",
                refresh == null
                        ? "not refreshed by Lanyard"
                        : refresh.state().toString().toLowerCase(java.util.Locale.ROOT)
                                + (refresh.loading() ? ", loading" : "")
                                + (refresh.servingStale() ? ", stale" : "")));
        lines.add(row(
                "refreshes",
                refresh == null
                        ? "-"
                        : refresh.refreshes() + " with newer credentials, " + refresh.unchanged() + " unchanged, "
                                + refresh.failures() + " failed"));
        lines.add(row(
                "next load",
                refresh == null
                        ? "-"
                        : refresh.nextLoad().map(moment -> left(now, moment)).orElse("-")));
        lines.add(row(
                "failure",
                refresh != null && refresh.lastFailure().isPresent()
                        ? refresh.lastFailure().get().summary()
                        : status.failure()
                                .map(failure -> failure.summary().replace('\n', ' '))
                                .orElse("none")));
        return lines.stream()
                .map(line -> width > 0 && line.length() >= width ? line.substring(0, width - 1) : line)
                .toList();
    }

    private static String stable(ChainStatus status) {
        return status.source() + " " + status.identity() + " "
                + status.refresh()
                        .map(known ->
                                known.state() + " " + known.failures() + " " + known.refreshes() + known.servingStale())
                        .orElse("")
                + status.failure().map(failure -> failure.category().name()).orElse("");
    }

    private static String row(String name, String value) {
        return name + " ".repeat(11 - name.length()) + value;
    }

    private static String left(Instant now, Instant moment) {
        Duration left = Duration.between(now, moment);
        Duration size = left.abs();
        String text = size.toHours() > 0
                ? size.toHours() + " h " + size.toMinutesPart() + " min"
                : size.toMinutes() > 0
                        ? size.toMinutes() + " min " + size.toSecondsPart() + " s"
                        : size.toSeconds() + " s";
        return left.isNegative() ? text + " ago" : "in " + text;
    }
}
