// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksAuth;
import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.Pod;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.TestClock;
import io.lanyard.testkit.Timeline;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Implements {@link CredentialsTest} and {@link PodIdentity}. Thread-safe. */
final class CredentialsExtension
        implements ParameterResolver, BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {

    private static final List<Class<?>> TYPES = List.of(
            EksCluster.class,
            EksAuth.class,
            EksPodIdentityAgent.class,
            Pod.class,
            EcsCredentialsAgent.class,
            StsService.class,
            InstanceMetadataService.class,
            TestClock.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return TYPES.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        boolean withTestClock = Arrays.asList(parameter.getDeclaringExecutable().getParameterTypes())
                .contains(TestClock.class);
        Servers servers = Servers.of(context, withTestClock);
        if (type == Pod.class) {
            return servers.pod(parameter.findAnnotation(PodIdentity.class).orElse(null));
        }
        return servers.get(type);
    }

    /** Starts the pod of a class. */
    @Override
    public void beforeAll(ExtensionContext context) {
        context.getTestClass()
                .map(type -> type.getAnnotation(PodIdentity.class))
                .ifPresent(identity -> Servers.of(context, false).runAs(identity));
    }

    /** Restores the servers of the class. */
    @Override
    public void beforeEach(ExtensionContext context) {
        Servers.ofClasses(context).forEach(Servers::testBegins);
    }

    /** Adds the servers' timeline to the failure of a test, and closes the test's own servers. */
    @Override
    public void afterEach(ExtensionContext context) {
        Servers servers = Servers.known(context);
        if (servers != null) {
            context.getExecutionException()
                    .ifPresent(failure -> failure.addSuppressed(new TimelineNote(servers.timeline())));
        }
        Servers.close(context);
        Servers.ofClasses(context).forEach(Servers::testEnds);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Servers.close(context);
        context.getTestClass().ifPresent(Servers::runEnds);
    }

    /** Carries the timeline as a suppressed exception, because every runner prints these. It has no stack. */
    private static final class TimelineNote extends Exception {
        private static final long serialVersionUID = 1L;

        TimelineNote(Timeline timeline) {
            super("timeline of the servers:" + System.lineSeparator() + timeline, null, false, false);
        }
    }
}
