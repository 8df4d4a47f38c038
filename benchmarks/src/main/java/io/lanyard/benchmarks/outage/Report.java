// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Text;
import io.lanyard.benchmarks.report.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Formats the outcomes as tables and CSV rows, and checks Lanyard's requirements. */
final class Report {
    private static final List<String> HEAD = List.of(
            "scenario",
            "contestant",
            "calls",
            "failed",
            "p50",
            "p99",
            "slowest",
            "expired",
            "requests",
            "sockets+",
            "(max)",
            "new after");

    /** The columns of the CSV file, in order. */
    private static final List<Column> COLUMNS = List.of(
            new Column("scenario", outcome -> outcome.scenario().name()),
            new Column("contestant", outcome -> outcome.contestant().name()),
            figure("calls", Figures::calls),
            figure("failures", Figures::failures),
            figure("failures_while_valid", Figures::failuresWhileValid),
            figure("unfinished", Figures::unfinished),
            figure("expired_credentials_served", Figures::expiredServed),
            figure("p50_us", Figures::p50Micros),
            figure("p99_us", Figures::p99Micros),
            figure("slowest_us", Figures::slowestMicros),
            figure("slowest_while_valid_us", Figures::slowestWhileValidMicros),
            new Column("requests", outcome -> String.valueOf(outcome.requests())),
            new Column("sockets_before", outcome -> String.valueOf(outcome.socketsBefore())),
            new Column("sockets_max", outcome -> String.valueOf(outcome.socketsMax())),
            new Column("sockets_after", outcome -> String.valueOf(outcome.socketsAfter())),
            figure("fresh_after_ms", Figures::freshMillis),
            new Column("first_failure", outcome -> {
                Figures figures = outcome.figures();
                return figures == null ? outcome.error() : figures.firstFailure();
            }));

    private record Column(String name, Function<Outcome, String> value) {}

    private Report() {}

    private static Column figure(String name, ToLongFunction<Figures> value) {
        return new Column(name, outcome -> {
            Figures figures = outcome.figures();
            return figures == null ? "" : String.valueOf(value.applyAsLong(figures));
        });
    }

    static String table(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        String last = "";
        for (Outcome outcome : outcomes) {
            String name = outcome.scenario().name();
            rows.add(row(name.equals(last) ? "" : name, outcome));
            last = name;
        }
        return Text.aligned(rows, 2);
    }

    private static List<String> row(String name, Outcome outcome) {
        Figures figures = outcome.figures();
        if (figures == null) {
            return List.of(name, outcome.contestant().title(), outcome.error(), "", "", "", "", "", "", "", "", "");
        }
        String fresh = figures.freshMillis() >= 0
                ? Units.grouped(figures.freshMillis()) + " ms"
                : outcome.scenario().recovery().isZero() ? "" : "never";
        return List.of(
                name,
                outcome.contestant().title(),
                Units.grouped(figures.calls()) + (figures.unfinished() > 0 ? "+" + figures.unfinished() : ""),
                Units.grouped(figures.failures()),
                Units.time(figures.p50Micros()),
                Units.time(figures.p99Micros()),
                Units.time(figures.slowestMicros()),
                Units.grouped(figures.expiredServed()),
                Units.grouped(outcome.requests()),
                Units.grouped(outcome.socketsGrown()),
                Units.grouped(outcome.socketsGrownMax()),
                fresh);
    }

    /** Returns a table of Lanyard beside the SDK with its defaults. */
    static String ratios(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Lanyard : AWS SDK", "failed calls", "slowest call", "", "requests", "", "sockets leaked"));
        Map<String, Outcome> sdkOutcomes = new TreeMap<>();
        outcomes.stream()
                .filter(outcome -> outcome.contestant() == Contestant.SDK)
                .forEach(outcome -> sdkOutcomes.put(outcome.scenario().name(), outcome));
        for (Outcome lanyard : outcomes) {
            Outcome sdk = sdkOutcomes.get(lanyard.scenario().name());
            if (lanyard.contestant() != Contestant.LANYARD || sdk == null) {
                continue;
            }
            rows.add(compared(lanyard, sdk));
        }
        return Text.aligned(rows, 1);
    }

    private static List<String> compared(Outcome lanyard, Outcome sdk) {
        Figures own = lanyard.figures();
        Figures other = sdk.figures();
        String failed = "";
        String slowest = "";
        String slowestRatio = "";
        if (own != null && other != null) {
            failed = share(own) + " : " + share(other);
            slowest = Units.time(own.slowestMicros()) + " : " + Units.time(other.slowestMicros());
            slowestRatio = bracketed(Units.ratio(own.slowestMicros(), other.slowestMicros()));
        }
        return List.of(
                lanyard.scenario().name(),
                failed,
                slowest,
                slowestRatio,
                Units.grouped(lanyard.requests()) + " : " + Units.grouped(sdk.requests()),
                bracketed(Units.ratio(lanyard.requests(), sdk.requests())),
                Units.grouped(lanyard.socketsGrown()) + " : " + Units.grouped(sdk.socketsGrown()));
    }

    private static String share(Figures figures) {
        if (figures.failures() == 0) {
            return "0";
        }
        double share = 100.0 * figures.failures() / Math.max(1, figures.calls());
        return share < 1 ? "<1 %" : Math.round(share) + " %";
    }

    private static String bracketed(String ratio) {
        return ratio.isEmpty() ? "" : "(" + ratio + ")";
    }

    static List<List<String>> rows(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(COLUMNS.stream().map(Column::name).toList());
        outcomes.forEach(outcome -> rows.add(
                COLUMNS.stream().map(column -> column.value.apply(outcome)).toList()));
        return rows;
    }

    /** Returns one line for each requirement that Lanyard does not meet. */
    static List<String> unmet(List<Outcome> outcomes) {
        List<String> unmet = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome.contestant() == Contestant.LANYARD) {
                for (Requirement requirement : outcome.scenario().requirements()) {
                    String reason = Objects.requireNonNull(requirement.unmet(outcome));
                    if (!reason.isEmpty()) {
                        unmet.add(outcome.scenario().name() + ": " + requirement.text() + ": " + reason);
                    }
                }
            }
        }
        return unmet;
    }
}
