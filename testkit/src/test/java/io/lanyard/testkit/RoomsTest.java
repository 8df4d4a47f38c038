// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.HasDescription;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The packages of the testkit, and which of them may depend on which. */
class RoomsTest {
    private static final String INTERNAL = "io.lanyard.testkit.internal..";
    private static final JavaClasses TESTKIT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("io.lanyard.testkit");

    @Test
    void packages_have_no_cycles() {
        slices().matching("io.lanyard.(**)").should().beFreeOfCycles().check(TESTKIT);
        assertThat(TESTKIT.stream().map(type -> type.getPackageName()).distinct())
                .hasSizeGreaterThan(5);
    }

    @Test
    void public_signatures_contain_no_internal_types() {
        classes()
                .that()
                .resideOutsideOfPackage(INTERNAL)
                .and()
                .arePublic()
                .should(showNoInternalTypes())
                .check(TESTKIT);
    }

    @Test
    void internal_packages_do_not_depend_on_the_servers() {
        noClasses()
                .that()
                .resideInAPackage(INTERNAL)
                .should()
                .dependOnClassesThat(resideInAPackage("io.lanyard..").and(not(resideInAPackage(INTERNAL))))
                .check(TESTKIT);
    }

    @Test
    void roles_and_tokens_do_not_depend_on_the_servers() {
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
    void only_the_annotations_need_junit_and_spring() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.lanyard.testkit.junit")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "org.springframework..")
                .check(TESTKIT);
    }

    private static ArchCondition<JavaClass> showNoInternalTypes() {
        return new ArchCondition<>("show no internal type in public and protected members and supertypes") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                Stream.Builder<HasDescription> violations = Stream.builder();
                type.getMembers().stream()
                        .filter(member -> isVisible(member.getModifiers()))
                        .filter(member -> hasInternal(member.getAllInvolvedRawTypes().stream()))
                        .forEach(violations);
                if (hasInternal(Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream()))) {
                    violations.add(type);
                }
                violations
                        .build()
                        .forEach(shown -> events.add(SimpleConditionEvent.violated(type, shown.getDescription())));
            }
        };
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static boolean hasInternal(Stream<JavaClass> types) {
        return types.anyMatch(resideInAPackage(INTERNAL));
    }
}
