// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import io.lanyard.internal.EventQueue;
import io.lanyard.testing.PublicSignatures;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLConnection;
import java.nio.channels.NetworkChannel;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Timer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of the design, and the one door to the world. */
class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("io.lanyard")
            .that(DescribedPredicate.describe(
                    "are core's",
                    (JavaClass c) -> !c.getPackageName().startsWith("io.lanyard.testkit")
                            && !c.getPackageName().equals("io.lanyard.testing")));

    private static final ArchRule ENVIRONMENT = outsideSpi()
            .should()
            .callMethodWhere(target(owner(assignableTo(System.class)))
                    .and(target(
                            nameMatching("getenv|getProperty|getProperties|setProperty|currentTimeMillis|nanoTime"))))
            .orShould()
            .callMethodWhere(target(owner(assignableTo(Boolean.class)
                            .or(assignableTo(Integer.class))
                            .or(assignableTo(Long.class))))
                    .and(target(nameMatching("getBoolean|getInteger|getLong"))));

    private static final ArchRule TIME = outsideSpi()
            .should()
            .callMethodWhere(target(owner(resideInAPackage("java.time.."))).and(target(name("now"))))
            .orShould()
            .callMethodWhere(
                    target(owner(assignableTo(Thread.class))).and(target(nameMatching("sleep|onSpinWait|yield"))))
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Date.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    private static final ArchRule THREADS = outsideSpi()
            .should()
            .callConstructorWhere(target(owner(assignableTo(Thread.class))))
            .orShould()
            .callMethodWhere(target(owner(assignableTo(Thread.class)))
                    .and(target(nameMatching("start|ofVirtual|ofPlatform|startVirtualThread"))))
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ExecutorService.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Executors.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Timer.class);

    private static final ArchRule NAMES = outsideSpi()
            .should()
            .callMethodWhere(target(owner(assignableTo(InetAddress.class)))
                    .and(target(nameMatching(
                            "getByName|getAllByName|getLocalHost|getHostName|getCanonicalHostName|isReachable"))));

    private static final ArchRule FILES = outsideSpi()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Files.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(File.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File(Input|Output)Stream|File(Reader|Writer)|RandomAccessFile)");

    private static final ArchRule SOCKETS = noClasses()
            .that()
            .haveNameNotMatching("io\\.lanyard\\.internal\\.transport\\.SocketTransport(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Socket.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ServerSocket.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(NetworkChannel.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(URLConnection.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.net\\.(URL|URI|http\\..*)");

    @Test
    void settings_and_time_of_day_are_read_by_spi_alone() {
        ENVIRONMENT.check(CORE);
        TIME.check(CORE);
    }

    @Test
    void threads_are_started_by_spi_alone() {
        THREADS.check(CORE);
    }

    @Test
    void names_are_resolved_and_files_are_read_by_spi_alone() {
        NAMES.check(CORE);
        FILES.check(CORE);
    }

    @Test
    void sockets_are_opened_by_the_transport_alone() {
        SOCKETS.check(CORE);
    }

    /** A class that does all that is forbidden is found by every rule, or the rules say nothing. */
    @Test
    void the_rules_see_what_they_forbid() {
        JavaClasses forbidden = new ClassFileImporter().importClasses(Forbidden.class);

        for (ArchRule rule : new ArchRule[] {ENVIRONMENT, TIME, THREADS, NAMES, FILES, SOCKETS}) {
            assertThat(rule.evaluate(forbidden).hasViolation())
                    .as(rule.getDescription())
                    .isTrue();
        }
        assertThat(CORE.size()).isGreaterThan(20);
    }

    /** The arrows of the design: each package of core, and the packages of core that it may use. */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            Map.entry("io.lanyard.spi", List.of()),
            Map.entry("io.lanyard.internal.json", List.of()),
            Map.entry("io.lanyard.internal.text", List.of()),
            Map.entry("io.lanyard.internal.transport", List.of("io.lanyard.spi")),
            Map.entry("io.lanyard.report", List.of("io.lanyard.internal.json", "io.lanyard.internal.text")),
            Map.entry("io.lanyard", List.of("io.lanyard.internal.text", "io.lanyard.report")),
            Map.entry("io.lanyard.internal", List.of("io.lanyard", "io.lanyard.internal.text", "io.lanyard.spi")),
            Map.entry("io.lanyard.refresh", List.of("io.lanyard", "io.lanyard.internal", "io.lanyard.spi")),
            Map.entry(
                    "io.lanyard.chain",
                    List.of(
                            "io.lanyard",
                            "io.lanyard.internal",
                            "io.lanyard.internal.text",
                            "io.lanyard.report",
                            "io.lanyard.spi")),
            Map.entry(
                    "io.lanyard.diagnose",
                    List.of("io.lanyard", "io.lanyard.chain", "io.lanyard.internal.text", "io.lanyard.report")),
            Map.entry(
                    "io.lanyard.container",
                    List.of(
                            "io.lanyard",
                            "io.lanyard.chain",
                            "io.lanyard.diagnose",
                            "io.lanyard.internal",
                            "io.lanyard.internal.json",
                            "io.lanyard.internal.text",
                            "io.lanyard.internal.transport",
                            "io.lanyard.refresh",
                            "io.lanyard.report",
                            "io.lanyard.spi")));

    static Stream<String> packages() {
        return CORE.stream().map(JavaClass::getPackageName).distinct();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void a_package_uses_the_packages_that_its_arrows_lead_to(String name) {
        arrow(name).check(CORE);
    }

    @Test
    void every_arrow_belongs_to_a_package_that_exists() {
        assertThat(ARROWS.keySet())
                .containsExactlyInAnyOrderElementsOf(packages().toList());
    }

    private static ArchRule arrow(String name) {
        List<String> targets = ARROWS.getOrDefault(name, List.of());
        return noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are outside " + targets,
                        (JavaClass c) -> c.getPackageName().startsWith("io.lanyard")
                                && !c.getPackageName().equals(name)
                                && !targets.contains(c.getPackageName())));
    }

    @Test
    void refresh_chain_and_reports_reach_the_world_through_no_class_of_the_jdk() {
        classes()
                .that()
                .resideInAnyPackage("io.lanyard", "io.lanyard.refresh", "io.lanyard.chain", "io.lanyard.report")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.io",
                        "java.lang..",
                        "java.net",
                        "java.nio.charset",
                        "java.time..",
                        "java.util..",
                        "org.jspecify..",
                        "io.lanyard..")
                .check(CORE);
    }

    @Test
    void internal_types_appear_in_no_public_signature() {
        INTERNAL.check(CORE);
        assertThat(INTERNAL.evaluate(new ClassFileImporter().importClasses(Leaking.class))
                        .hasViolation())
                .isTrue();
    }

    private static final ArchRule INTERNAL = classes()
            .that()
            .resideOutsideOfPackage("io.lanyard.internal..")
            .and()
            .arePublic()
            .should(PublicSignatures.withoutTypesOf("io.lanyard.internal"));

    /** A public type that shows an internal one. */
    public static final class Leaking {
        /** Shows it as a type argument. */
        public Optional<EventQueue> queue() {
            return Optional.empty();
        }
    }

    @Test
    void core_needs_the_jdk_and_nothing_else() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "javax.net.ssl", "org.jspecify..", "io.lanyard..")
                .check(CORE);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "software.amazon.awssdk..", "org.springframework..", "org.slf4j..", "com.fasterxml.jackson..")
                .check(CORE);
    }

    @Test
    void the_package_container_has_two_doors() {
        assertThat(doors("io.lanyard.container"))
                .containsExactlyInAnyOrder(
                        "ContainerCredentialsSource", "ContainerOptions", "ContainerCredentialsSource$Builder");
    }

    @Test
    void the_package_chain_has_a_chain_with_its_builder_its_sources_and_what_a_report_is_made_of() {
        assertThat(doors("io.lanyard.chain"))
                .containsExactlyInAnyOrder(
                        "CredentialsChain",
                        "ChainBuilder",
                        "ChainSource",
                        "SourceOrder",
                        "SourceName",
                        "Availability",
                        "OnFailure",
                        "ChainReport",
                        "ChainStatus",
                        "SourceReport",
                        "SourceState",
                        "Identity");
    }

    private static List<String> doors(String packageName) {
        return CORE.stream()
                .filter(c -> c.getPackageName().equals(packageName))
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .map(c -> c.getName().substring(packageName.length() + 1))
                .toList();
    }

    private static GivenClassesConjunction outsideSpi() {
        return noClasses().that().resideOutsideOfPackage("io.lanyard.spi");
    }

    /** What none of ours may do. */
    @SuppressWarnings({"unused", "DefaultTimeZone", "JavaUtilDate"})
    private static final class Forbidden {
        Object all() throws Exception {
            new Thread(() -> {}).start();
            try (Socket socket = new Socket()) {
                return System.getenv("X")
                        + System.nanoTime()
                        + Instant.now()
                        + Duration.ZERO
                        + Files.exists(new File("x").toPath())
                        + InetAddress.getAllByName("127.0.0.1").length
                        + socket;
            }
        }
    }
}
