// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.CredentialsException;
import io.lanyard.testsupport.Canaries;
import io.lanyard.testsupport.Capture;
import io.lanyard.testsupport.ConformanceVector;
import io.lanyard.testsupport.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * After all tests: whatever the library said while it was tested, in an exception, a log record, a {@code toString} or a
 * report of the build, holds none of the secrets and tokens that the tests gave it.
 */
class CanaryScanIT {

    /**
     * A secret that is shorter stands in some text by chance: the vectors have words such as {@code token}, {@code
     * secret_key} or {@code MySecret} for secrets, and package names and messages have them too.
     */
    private static final int DISTINCTIVE = 12;

    /** Some vectors have the names of the fields for their values; messages and identifiers have those by right. */
    private static final Set<String> NAMES = Set.of("secretaccesskey", "sessiontoken");

    /** Shorter ones whose author marked them; the bare words {@code SECRET} and {@code MARKER} stand in identifiers. */
    private static final int MARKED = 8;

    @Test
    void noSecretIsInAnythingThatTheLibrarySaid() throws IOException {
        List<String> secrets = secrets();
        List<String> hits = new ArrayList<>();
        for (Path file : files("evidence", "surefire-reports", "failsafe-reports")) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            for (int i = 0; i < secrets.size(); i++) {
                for (int at = text.indexOf(secrets.get(i)); at >= 0; at = text.indexOf(secrets.get(i), at + 1)) {
                    // the number and not the secret, for this goes into a report, too
                    hits.add(Evidence.target().relativize(file) + ":" + line(text, at) + " has secret number " + i);
                }
            }
        }
        assertThat(hits).isEmpty();
    }

    @Test
    void thereIsEvidenceOfEveryVectorThatFails() throws IOException {
        Set<String> missing = new TreeSet<>();
        for (ConformanceVector vector : ConformanceVector.all()) {
            if (vector.fails()) {
                missing.add(Evidence.EXCEPTION + "conformance " + vector);
            }
        }
        assertThat(missing).hasSizeGreaterThan(100);
        long exceptions = 0;
        boolean logs = false;
        for (Path file : files("evidence")) {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                missing.remove(line);
                exceptions += line.startsWith(Evidence.EXCEPTION) ? 1 : 0;
                logs |= line.startsWith(Evidence.SAID);
            }
        }
        assertThat(missing).as("vectors without an exception").isEmpty();
        assertThat(exceptions).isGreaterThan(100);
        assertThat(logs).as("log records").isTrue();
    }

    @Test
    void thereIsEvidenceOfChainsAndOfWhatTheySayWhenTheyFindNothing() throws IOException {
        long reports = 0;
        long exhausted = 0;
        long choices = 0;
        for (Path file : files("evidence")) {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                reports += line.startsWith("### ChainReport: ") ? 1 : 0;
                exhausted += line.startsWith(CredentialsException.class.getName() + ": CHAIN_EXHAUSTED: ") ? 1 : 0;
                choices += line.startsWith("INFO: Credentials come from ") ? 1 : 0;
            }
        }
        assertThat(reports).as("reports").isGreaterThan(20);
        assertThat(exhausted).as("exceptions").isGreaterThan(5);
        assertThat(choices).as("log records").isGreaterThan(20);
    }

    /** A scan that finds nothing because it looks in the wrong way is worse than none. */
    @Test
    void theSecretsLookedForAreThoseThatTheTestsHaveAndNoCommonWords() {
        List<String> secrets = secrets();
        assertThat(secrets.contains("SECRET-MARKER-DO-NOT-LOG-abc123"))
                .as("of a vector")
                .isTrue();
        assertThat(Stream.of(Canaries.secret(), Canaries.sessionToken(), Canaries.token())
                        .allMatch(canary -> secrets.stream().anyMatch(canary::contains)))
                .as("of the tests' own")
                .isTrue();
        assertThat(secrets).hasSizeGreaterThan(20).doesNotContain("token", "secret", "SECRET", "TOKEN", "");
        assertThat(line("a\nb\nSECRET", 4)).isEqualTo(3);
    }

    /** What to look for, also as XML reports write it, and as a message that was cleaned of line breaks has it. */
    private static List<String> secrets() {
        Set<String> known = new TreeSet<>();
        Stream.of(ConformanceVector.all(), ConformanceVector.ofGroup("chain"), ConformanceVector.ofGroup("chain-sep"))
                .flatMap(List::stream)
                .forEach(vector -> known.addAll(vector.secrets()));
        for (String file : List.of("eks-pod-identity-agent", "ecs-agent", "aws-vault-and-ecs-local")) {
            Capture.read(file).forEach(capture -> known.addAll(capture.secrets()));
        }
        Set<String> secrets = new TreeSet<>(Set.of(Canaries.WORD));
        known.removeIf(secret -> NAMES.contains(secret.replace("_", "").toLowerCase(Locale.ROOT)));
        for (String secret : known) {
            boolean marked = secret.length() >= MARKED && (secret.contains("MARKER") || secret.contains("SECRET"));
            if (secret.strip().length() >= DISTINCTIVE || marked) {
                secrets.add(secret.strip());
                secrets.add(secret.strip().replaceAll("\\p{Cntrl}", " "));
                secrets.add(secret.strip()
                        .replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;"));
            }
        }
        return List.copyOf(secrets);
    }

    private static List<Path> files(String... directories) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String directory : directories) {
            Path root = Evidence.target().resolve(directory);
            if (Files.isDirectory(root)) {
                try (Stream<Path> found = Files.walk(root)) {
                    found.filter(Files::isRegularFile).forEach(files::add);
                }
            }
        }
        return files;
    }

    private static long line(String text, int at) {
        return text.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
    }
}
