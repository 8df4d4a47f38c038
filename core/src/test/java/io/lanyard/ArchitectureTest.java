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
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
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
import java.util.Timer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

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
            .haveNameNotMatching("io\\.lanyard\\.transport\\.SocketTransport(\\$.*)?")
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

    @Test
    void spi_depends_on_nothing_of_ours() {
        noClasses()
                .that()
                .resideInAPackage("io.lanyard.spi")
                .should()
                .dependOnClassesThat(resideInAPackage("io.lanyard..")
                        .and(DescribedPredicate.not(resideInAPackage("io.lanyard.spi"))))
                .check(CORE);
    }

    @Test
    void refresh_knows_nothing_of_containers_and_of_the_world_only_its_clock() {
        classes()
                .that()
                .resideInAPackage("io.lanyard.refresh")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        "org.jspecify..",
                        "io.lanyard",
                        "io.lanyard.refresh",
                        "io.lanyard.internal",
                        "io.lanyard.report",
                        "io.lanyard.spi")
                .check(CORE);
    }

    @Test
    void the_chain_knows_nothing_of_containers() {
        classes()
                .that()
                .resideInAPackage("io.lanyard.chain")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        "org.jspecify..",
                        "io.lanyard",
                        "io.lanyard.chain",
                        "io.lanyard.refresh",
                        "io.lanyard.internal",
                        "io.lanyard.report",
                        "io.lanyard.spi")
                .check(CORE);
    }

    @Test
    void the_value_and_its_failure_depend_on_nothing_of_ours() {
        noClasses()
                .that()
                .resideInAPackage("io.lanyard")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.lanyard.chain..", "io.lanyard.container..", "io.lanyard.refresh..", "io.lanyard.spi..")
                .check(CORE);
    }

    @Test
    void reports_know_failures_and_json_and_nothing_else_of_ours() {
        classes()
                .that()
                .resideInAPackage("io.lanyard.report")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        "java.nio.charset..",
                        "java.io..",
                        "org.jspecify..",
                        "io.lanyard",
                        "io.lanyard.json",
                        "io.lanyard.report")
                .check(CORE);
        assertThat(doors("io.lanyard.report"))
                .containsExactlyInAnyOrder(
                        "ForeignText", "SettingSeen", "SettingSeen$State", "SourceDescription", "TokenClaims");
    }

    @Test
    void the_transport_knows_the_ports_and_nothing_else_of_ours() {
        classes()
                .that()
                .resideInAPackage("io.lanyard.transport")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "javax.net.ssl", "org.jspecify..", "io.lanyard.transport", "io.lanyard.spi")
                .check(CORE);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("io.lanyard.(*)..").should().beFreeOfCycles().check(CORE);
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
                        "CredentialsChain$Builder",
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
