// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** A test that hangs fails with a thread dump. The parent POM sets the limits for all modules. */
class TimeLimitsTest {

    private static final String JUPITER = "junit.jupiter.execution.timeout.";

    private final PrintStream stdout = System.out;
    private final String limit = System.getProperty(PropertyTimeout.LIMIT, "");
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        Hanging.release = new CountDownLatch(1);
    }

    @AfterEach
    void restore() {
        System.setOut(stdout);
        System.setProperty(PropertyTimeout.LIMIT, limit);
        Hanging.release.countDown();
    }

    /** Provides a test with its configuration. */
    static final class Configuration implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ExtensionContext.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context;
        }
    }

    @Test
    @ExtendWith(Configuration.class)
    void the_build_limits_every_test(ExtensionContext context) {
        assertThat(context.getConfigurationParameter(JUPITER + "default")).hasValue("120 s");
        assertThat(Integer.getInteger(PropertyTimeout.LIMIT)).isEqualTo(120);
    }

    @Test
    @ExtendWith(Configuration.class)
    void a_test_that_ignores_interrupts_fails_with_a_thread_dump(ExtensionContext context) {
        Events tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Hanging.class))
                // the build's own values except the limit: without them this test hangs or prints nothing
                .configurationParameter(JUPITER + "default", "300 ms")
                .configurationParameter(
                        JUPITER + "thread.mode.default", configured(context, JUPITER + "thread.mode.default"))
                .configurationParameter(
                        JUPITER + "threaddump.enabled", configured(context, JUPITER + "threaddump.enabled"))
                .execute()
                .testEvents();

        tests.assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(
                                instanceOf(TimeoutException.class),
                                message(text -> text.contains("hangs() timed out after 300 milliseconds")))));
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("TimeLimitsTest$Hanging.hangs");
    }

    @Test
    void a_property_that_hangs_fails_with_a_thread_dump() {
        System.setProperty(PropertyTimeout.LIMIT, "1");

        Events tests = EngineTestKit.engine("jqwik")
                .selectors(selectClass(HangingProperty.class))
                .configurationParameter("jqwik.database", "target/jqwik-database")
                .execute()
                .testEvents();

        tests.assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(
                                instanceOf(TimeoutException.class),
                                message(text -> text.contains("hangs has not finished within PT1S")))));
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("TimeLimitsTest$HangingProperty.hangs");
        assertThat(Thread.interrupted()).isFalse();
    }

    private static String configured(ExtensionContext context, String name) {
        return context.getConfigurationParameter(name).orElse("");
    }

    /** The build does not run this nested class, because its name is not that of a test class. */
    static final class Hanging {
        static CountDownLatch release = new CountDownLatch(0);

        @Test
        void hangs() {
            int ignored = 0;
            while (release.getCount() > 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    ignored++;
                }
            }
        }
    }

    static final class HangingProperty {
        @Property(tries = 1)
        void hangs() throws InterruptedException {
            new CountDownLatch(1).await();
        }
    }
}
