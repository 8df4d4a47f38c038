// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestContextManager;

/** Spring's cached application contexts in test classes that run as pods. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PodIdentityContextsTest {

    private static final Set<Application> APPLICATIONS = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void forget() {
        APPLICATIONS.clear();
    }

    @Test
    void each_class_has_a_context_that_runs_as_its_own_pod() {
        run(2, First.class, Second.class);

        assertThat(APPLICATIONS).hasSize(2);
    }

    @Test
    void a_class_that_runs_again_has_a_new_context() {
        run(1, Second.class);
        run(1, Second.class);

        assertThat(APPLICATIONS).hasSize(2);
    }

    @Test
    void the_tests_of_a_class_and_its_nested_classes_share_a_context() {
        run(3, WithInner.class);

        assertThat(APPLICATIONS).hasSize(1);
    }

    @Test
    void classes_without_a_pod_share_a_context() throws Exception {
        assertThat(context(Plain.class)).isSameAs(context(OtherPlain.class));
        assertThat(new PodIdentityContextCustomizerFactory()
                        .createContextCustomizer(WithInner.StaticNested.class, List.of()))
                .isNull();
    }

    private static void run(int tests, Class<?>... types) {
        EngineTestKit.Builder engine = EngineTestKit.engine("junit-jupiter");
        for (Class<?> type : types) {
            engine.selectors(selectClass(type));
        }
        engine.execute()
                .testEvents()
                .assertStatistics(events -> events.succeeded(tests).failed(0));
    }

    private static Application context(Class<?> type) throws Exception {
        return new TestContextManager(type)
                .getTestContext()
                .getApplicationContext()
                .getBean(Application.class);
    }

    private static void runsAsItsPod(Class<?> type) throws Exception {
        Application application = context(type);
        APPLICATIONS.add(application);
        assertThat(application.agent)
                .isEqualTo(Objects.requireNonNull(System.getProperty("aws.containerCredentialsFullUri")));
    }

    /** Reads the URI of its agent when it starts, as a credentials provider does. */
    static final class Application {
        private final String agent = System.getProperty("aws.containerCredentialsFullUri", "none");
    }

    @Configuration(proxyBeanMethods = false)
    static class Config {
        @Bean
        Application application() {
            return new Application();
        }
    }

    @PodIdentity(serviceAccount = "orders")
    @ContextConfiguration(classes = Config.class)
    static class First {
        @Test
        void runs() throws Exception {
            runsAsItsPod(First.class);
        }
    }

    @PodIdentity(serviceAccount = "orders")
    @ContextConfiguration(classes = Config.class)
    static class Second {
        @Test
        void runs() throws Exception {
            runsAsItsPod(Second.class);
        }
    }

    @PodIdentity(serviceAccount = "orders")
    @ContextConfiguration(classes = Config.class)
    static class WithInner {
        @Test
        void one() throws Exception {
            runsAsItsPod(WithInner.class);
        }

        @Test
        void two() throws Exception {
            runsAsItsPod(WithInner.class);
        }

        @Nested
        class Inner {
            @Test
            void three() throws Exception {
                runsAsItsPod(Inner.class);
            }
        }

        static class StaticNested {}
    }

    @ContextConfiguration(classes = Config.class)
    static class Plain {}

    @ContextConfiguration(classes = Config.class)
    static class OtherPlain {}
}
