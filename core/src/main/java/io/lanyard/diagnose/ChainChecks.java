// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.ChainReport;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceReport;
import io.lanyard.chain.SourceState;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.report.SettingSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The checks of the whole chain: which source provides the credentials, what it shadows, and what happens when the
 * credentials expire. Reads a report and nothing else.
 */
public final class ChainChecks {

    private static final Set<SourceName> STATIC_KEYS = Set.of(SourceName.SYSTEM_PROPERTIES, SourceName.ENVIRONMENT);

    private static final Pattern ACCESS_KEY_ID = Pattern.compile("[A-Z0-9]{8,128}");

    private final ChainReport report;
    private final Optional<CredentialsException> failure;
    private final Orchestrator orchestrator;
    private final Facts facts;
    private final Instant now;
    private final List<Check> checks = new ArrayList<>();

    private ChainChecks(
            ChainReport report,
            Optional<CredentialsException> failure,
            Orchestrator orchestrator,
            Facts facts,
            Instant now) {
        this.report = report;
        this.failure = failure;
        this.orchestrator = orchestrator;
        this.facts = facts;
        this.now = now;
    }

    /**
     * Checks a chain.
     *
     * @param report the chain's report, after it has been resolved or probed
     * @param failure why the chain provides no credentials; empty when it does
     * @param orchestrator what runs the container
     * @param facts names that are known
     * @param now the time of day
     * @return the checks {@code source in use}, {@code other sources} and {@code next expiration}
     */
    public static List<Check> of(
            ChainReport report,
            Optional<CredentialsException> failure,
            Orchestrator orchestrator,
            Facts facts,
            Instant now) {
        ChainChecks chain = new ChainChecks(report, failure, orchestrator, facts, now);
        Optional<SourceReport> used = report.inUse();
        chain.inUse(used);
        chain.others(used);
        chain.nextExpiration(used);
        return chain.checks;
    }

    private void inUse(Optional<SourceReport> used) {
        String name = "source in use";
        List<Finding> findings = new ArrayList<>();
        if (used.isEmpty()) {
            CredentialsException why = failure.orElse(null);
            findings.add(
                    why == null || why.category() == Category.CHAIN_EXHAUSTED
                            ? Problem.NO_SOURCE_CONFIGURED.with(facts)
                            : found(why, firstTried()));
            String detail = why == null
                    ? "none: no source is configured"
                    : "none: " + why.summary().lines().findFirst().orElse("");
            checks.add(new Check(name, Check.Status.PROBLEM, detail, findings));
            return;
        }
        SourceReport source = used.get();
        failure.ifPresent(why -> findings.add(found(why, named(source))));
        boolean container = orchestrator == Orchestrator.KUBERNETES || orchestrator == Orchestrator.ECS;
        if (source.name().equals(SourceName.INSTANCE_METADATA) && container) {
            findings.add(Problem.NODE_ROLE_IN_POD.with(facts.with(Fact.SOURCE, SourceName.CONTAINER.name())));
        }
        if (STATIC_KEYS.contains(source.name()) && isConfigured(SourceName.CONTAINER)) {
            findings.add(Problem.KEYS_SHADOW_CONTAINER.with(named(source)));
        }
        if (source.name().equals(SourceName.WEB_IDENTITY) && isConfigured(SourceName.CONTAINER)) {
            findings.add(Problem.WEB_IDENTITY_SHADOWS_CONTAINER.with(named(source)));
        }
        checks.add(Check.of(
                name,
                source.name() + shown(source).map(who -> ": " + described(who)).orElse(""),
                findings));
    }

    private void others(Optional<SourceReport> used) {
        List<Finding> findings = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (SourceReport source : report.sources()) {
            if (used.filter(source::equals).isPresent() || source.state() == SourceState.NOT_CONFIGURED) {
                continue;
            }
            StringBuilder text =
                    new StringBuilder(source.name().name()).append(' ').append(source.state());
            source.probed().ifPresent(who -> text.append(", would provide ").append(described(who)));
            if (report.probed()) {
                source.failure().ifPresent(why -> text.append(", would fail: ").append(why));
            }
            seen.add(text.toString());
            if (source.state() == SourceState.INCOMPLETE) {
                findings.add(incomplete(source));
            } else if (used.isPresent() && report.probed() && source.failure().isPresent()) {
                findings.add(Problem.SHADOWED_SOURCE_WOULD_FAIL.with(named(source)));
            }
        }
        String blank = report.sources().stream()
                .flatMap(source -> source.settings().stream())
                .filter(SettingSeen::blank)
                .map(SettingSeen::name)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!blank.isEmpty()) {
            findings.add(Problem.BLANK_SETTING.with(facts.with(Fact.SETTING, blank.split(", ", 2)[0])));
        }
        checks.add(
                Check.of("other sources", seen.isEmpty() ? "none is configured" : String.join("; ", seen), findings));
    }

    private void nextExpiration(Optional<SourceReport> used) {
        String name = "next expiration";
        Optional<Identity> identity = used.flatMap(SourceReport::identity);
        if (identity.isEmpty()) {
            checks.add(Check.notChecked(name, "there are no credentials"));
            return;
        }
        SourceName source = used.orElseThrow().name();
        Optional<Instant> end = identity.get().expiration();
        if (end.isEmpty()) {
            checks.add(Check.of(name, "these credentials do not expire", List.of()));
        } else if (STATIC_KEYS.contains(source)) {
            checks.add(Check.of(
                    name,
                    left(end.get()),
                    List.of(Problem.FIXED_CREDENTIALS_EXPIRE.with(facts.with(Fact.SOURCE, source.name())))));
        } else {
            checks.add(Check.of(
                    name,
                    left(end.get()) + "; Lanyard refreshes them before, and serves them on if that fails",
                    List.of()));
        }
    }

    private String left(Instant end) {
        Duration left = Duration.between(now, end);
        return left.isNegative() ? "expired at " + end : "in " + words(left);
    }

    private static String words(Duration duration) {
        long minutes = duration.toMinutes();
        return minutes < 1
                ? duration.toSeconds() + " s"
                : minutes < 120 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    /** Shows an id only if it has the shape of one: in swapped variables it is the secret. */
    private static String described(Identity identity) {
        String id = identity.accessKeyId();
        String shown = ACCESS_KEY_ID.matcher(id).matches() ? "access key " + id : "an access key id that is none";
        return ForeignText.visible(identity.arn()
                .orElseGet(() -> shown
                        + identity.accountId()
                                .map(account -> " of account " + account)
                                .orElse("")));
    }

    private boolean isConfigured(SourceName name) {
        return report.source(name)
                .filter(source -> source.state() == SourceState.SHADOWED || source.state() == SourceState.CONFIGURED)
                .isPresent();
    }

    /** Returns the problem that a failure of the chain names; one that names none stops the chain at a source. */
    private Finding found(CredentialsException why, Facts source) {
        return Finding.in(why, facts).orElseGet(() -> Problem.SOURCE_STOPS_THE_CHAIN.with(source));
    }

    /** Returns the identity, with its ARN where a probe has found it. */
    private static Optional<Identity> shown(SourceReport source) {
        return source.probed().filter(who -> who.arn().isPresent()).or(source::identity);
    }

    /** The reason and the remedy of an incomplete source are its own. */
    private Finding incomplete(SourceReport source) {
        Problem problem = STATIC_KEYS.contains(source.name())
                ? Problem.KEY_PAIR_INCOMPLETE
                : source.name().equals(SourceName.WEB_IDENTITY)
                        ? Problem.WEB_IDENTITY_INCOMPLETE
                        : source.name().equals(SourceName.CONTAINER)
                                ? Problem.TOKEN_WITHOUT_URI
                                : Problem.PROFILE_INCOMPLETE;
        Finding known = problem.with(named(source));
        return new Finding(
                problem,
                "The source " + source.name() + " is incomplete and is skipped: " + source.reason(),
                source.remedy().orElse(known.remedy()),
                known.paste());
    }

    private Facts firstTried() {
        return report.sources().stream()
                .filter(source -> source.state() == SourceState.FAILED || source.state() == SourceState.CONFIGURED)
                .findFirst()
                .map(this::named)
                .orElse(facts);
    }

    /** The source, and the first of its settings that is set. */
    private Facts named(SourceReport source) {
        String setting = source.settings().stream()
                .filter(SettingSeen::set)
                .map(SettingSeen::name)
                .findFirst()
                .orElse(null);
        return facts.with(Fact.SOURCE, source.name().name()).with(Fact.SETTING, setting);
    }
}
