// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a user of a class can see of it: supertypes, and the types in its public and protected members. */
final class PublicSignatures {

    private PublicSignatures() {}

    static ArchCondition<JavaClass> withoutTypesOf(String packageName) {
        return new ArchCondition<>("show no type of " + packageName) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaClass shown : shown(item)) {
                    if (shown.getPackageName().startsWith(packageName)) {
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
