// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import java.lang.reflect.Modifier;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Makes the pod of a {@link PodIdentity} class part of the key by which Spring's test framework caches application
 * contexts. Found by Spring, in {@code META-INF/spring.factories}; does nothing without Spring.
 *
 * <p>Each run of such a class has a pod and a cluster of its own, so no other run may have its context: the key is the
 * class and the number of its run. A class inside, annotated with {@code @Nested}, runs as the pod of the class around
 * it and shares its context. Thread-safe.
 */
final class PodIdentityContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        for (Class<?> type = testClass; type != null; type = type.getEnclosingClass()) {
            if (type.isAnnotationPresent(PodIdentity.class)) {
                return new OfPod(type, Servers.finishedRuns(type));
            }
            if (Modifier.isStatic(type.getModifiers())) {
                break; // not a @Nested class
            }
        }
        return null;
    }

    /** What is compared; there is nothing to customize, because the pod is in the system properties. */
    private record OfPod(Class<?> type, int run) implements ContextCustomizer {
        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {}
    }
}
