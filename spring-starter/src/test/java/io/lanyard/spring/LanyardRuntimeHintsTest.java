// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.context.event.ApplicationStartingEvent;
import org.springframework.core.io.support.SpringFactoriesLoader;

class LanyardRuntimeHintsTest {

    private final RuntimeHints hints = new RuntimeHints();

    @Test
    void hints_are_registered_without_the_auto_configuration() {
        assertThat(SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                        .load(RuntimeHintsRegistrar.class))
                .hasAtLeastOneElementOfType(LanyardRuntimeHints.class);
    }

    @Test
    void a_native_image_finds_the_optional_module_of_the_sdk_and_the_bootstrap_registry() throws NoSuchMethodException {
        new LanyardRuntimeHints().registerHints(hints, getClass().getClassLoader());

        assertThat(RuntimeHintsPredicates.resource().forResource("software/amazon/awssdk/services/sts/StsClient.class"))
                .accepts(hints);
        Class<?> context =
                ApplicationStartingEvent.class.getMethod("getBootstrapContext").getReturnType();
        assertThat(callable(ApplicationStartingEvent.class)).isTrue();
        assertThat(callable(context)).isTrue();
        assertThat(context.getInterfaces()).isNotEmpty().allMatch(this::callable);
    }

    private boolean callable(Class<?> type) {
        return RuntimeHintsPredicates.reflection()
                .onType(type)
                .withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)
                .test(hints);
    }
}
