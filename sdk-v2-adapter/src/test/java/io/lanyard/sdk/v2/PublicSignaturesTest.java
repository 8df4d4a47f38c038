// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.lanyard.internal.LoadContext;
import io.lanyard.testing.PublicSignatures;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The types that users of the adapter see. */
class PublicSignaturesTest {

    private static final JavaClasses ADAPTER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.lanyard.sdk.v2");

    private static final ArchRule INTERNAL =
            classes().that().arePublic().should(PublicSignatures.withoutTypesOf("io.lanyard.internal"));

    private static final ArchRule HIDDEN = classes().that().arePublic().should(PublicSignatures.withoutHiddenTypes());

    @Test
    void internal_types_appear_in_no_public_signature() {
        INTERNAL.check(ADAPTER);
        assertThat(finds(INTERNAL, Leaking.class)).isTrue();
    }

    @Test
    void package_private_types_appear_in_no_public_signature() {
        HIDDEN.check(ADAPTER);
        assertThat(finds(HIDDEN, Leaking.class)).isTrue();
    }

    private static boolean finds(ArchRule rule, Class<?> type) {
        return rule.evaluate(new ClassFileImporter().importClasses(type)).hasViolation();
    }

    /** A public type that shows an internal type and a package-private one. */
    public static final class Leaking {

        /** Shows the internal type as a type argument. */
        public Optional<LoadContext> internal() {
            return Optional.empty();
        }

        Leaking() {}

        /** Shows the package-private type. */
        public Threads[] hidden() {
            return new Threads[0];
        }
    }
}
