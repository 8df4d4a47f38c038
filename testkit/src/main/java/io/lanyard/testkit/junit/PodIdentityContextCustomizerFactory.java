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
 * contexts. Spring finds it in {@code META-INF/spring.factories}.
 *
 * <p>Each run of such a class has its own pod and cluster, so no other run may use its context. Therefore the key contains
 * the class and the number of its run. A {@code @Nested} class runs as the pod of its enclosing class and shares its
 * context. Thread-safe.
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

    /** Part of the cache key. It customizes nothing, because the pod is in the system properties. */
    private record OfPod(Class<?> type, int run) implements ContextCustomizer {
        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {}
    }
}
