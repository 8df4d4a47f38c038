// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Conditions on what the users of a class see: its supertypes, and the types in its public and protected members. */
public final class PublicSignatures {

    private PublicSignatures() {}

    /**
     * Returns a condition that no type of a package is visible.
     *
     * @param packageName the package, with its subpackages
     * @return the condition
     */
    public static ArchCondition<JavaClass> withoutTypesOf(String packageName) {
        return without(
                "show no type of " + packageName, type -> type.getPackageName().startsWith(packageName));
    }

    /**
     * Returns a condition that no type is visible that users cannot refer to.
     *
     * @return the condition
     */
    public static ArchCondition<JavaClass> withoutHiddenTypes() {
        return without(
                "show public types alone",
                type -> !type.isPrimitive()
                        && !type.getBaseComponentType().getModifiers().contains(JavaModifier.PUBLIC));
    }

    private static ArchCondition<JavaClass> without(String description, Predicate<JavaClass> unwanted) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaClass shown : shown(item)) {
                    if (unwanted.test(shown)) {
                        events.add(SimpleConditionEvent.violated(item, item.getName() + " shows " + shown.getName()));
                    }
                }
            }
        };
    }

    private static Set<JavaClass> shown(JavaClass item) {
        Stream<JavaType> supertypes = Stream.concat(item.getSuperclass().stream(), item.getInterfaces().stream());
        Stream<JavaType> fields =
                item.getFields().stream().filter(PublicSignatures::isVisible).map(field -> field.getType());
        Stream<JavaType> codeUnits =
                item.getCodeUnits().stream().filter(PublicSignatures::isVisible).flatMap(PublicSignatures::types);
        return Stream.of(supertypes, fields, codeUnits)
                .flatMap(types -> types)
                .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                .collect(Collectors.toSet());
    }

    private static Stream<JavaType> types(JavaCodeUnit unit) {
        Stream<JavaType> values = Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream());
        return Stream.concat(values, unit.getExceptionTypes().stream());
    }

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }
}
