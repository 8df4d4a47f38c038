// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rooms of the testkit: who may know whom. */
class RoomsTest {
    private static final JavaClasses TESTKIT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("io.lanyard.testkit");

    @Test
    void rooms_have_no_cycles() {
        slices().matching("io.lanyard.(**)").should().beFreeOfCycles().check(TESTKIT);
        assertThat(TESTKIT.stream().map(type -> type.getPackageName()).distinct())
                .hasSizeGreaterThan(5);
    }

    @Test
    void what_is_internal_knows_nothing_of_the_servers() {
        noClasses()
                .that()
                .resideInAPackage("io.lanyard.testkit.internal..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.lanyard..").and(not(resideInAPackage("io.lanyard.testkit.internal.."))))
                .check(TESTKIT);
    }

    @Test
    void roles_and_tokens_know_nothing_of_the_servers() {
        noClasses()
                .that()
                .resideInAnyPackage("io.lanyard.testkit.iam", "io.lanyard.testkit.token")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.lanyard.testkit", "io.lanyard.testkit.junit")
                .check(TESTKIT);
    }

    @Test
    void the_testkit_shares_no_code_with_the_rest_of_lanyard() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.lanyard..").and(not(resideInAPackage("io.lanyard.testkit.."))))
                .check(TESTKIT);
    }

    @Test
    void junit_and_spring_are_needed_for_the_annotations_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.lanyard.testkit.junit")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "org.springframework..")
                .check(TESTKIT);
    }
}
