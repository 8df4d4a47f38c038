// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.CredentialsException;
import io.lanyard.chain.SourceState;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.lanyard.spring.LanyardProperties.FirstLoad;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/**
 * Loads credentials at the start if configured, drops them before a checkpoint (CRaC, SnapStart), and loads new ones
 * after the restore. Spring stops the lifecycle before a checkpoint.
 *
 * <p>Starts first and stops last, so that other beans have credentials while they start and stop.
 */
final class CredentialsLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

    private static final Log LOG = LogFactory.getLog(CredentialsLifecycle.class);

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final LanyardDefaultCredentialsProvider provider;
    private final FirstLoad firstLoad;
    private final ApplicationContext application;

    private volatile boolean running;
    private volatile boolean restarting;
    private volatile boolean closing;

    CredentialsLifecycle(
            LanyardDefaultCredentialsProvider provider, FirstLoad firstLoad, ApplicationContext application) {
        this.provider = provider;
        this.firstLoad = firstLoad;
        this.application = application;
    }

    @Override
    public void start() {
        running = true;
        if (restarting) {
            restarting = false;
            var unused = provider.resolveIdentity(ANY); // callers share this load
        } else if (firstLoad == FirstLoad.FAIL_FAST) {
            try {
                provider.resolveCredentials();
            } catch (SdkException e) {
                CredentialsException failure = CredentialsException.in(e).orElseGet(() -> CredentialsException.of(e));
                throw failure.endpoint().isPresent() || !failure.attempts().isEmpty() ? e : named(failure);
            }
        } else if (firstLoad == FirstLoad.WARN) {
            try {
                provider.resolveCredentials();
            } catch (SdkException e) {
                LOG.warn(
                        "The application starts without AWS credentials. The next call that needs them loads them again. "
                                + e.getMessage());
            }
        }
    }

    /** Adds the source's name to the failure of a source without an endpoint, such as an application's own provider. */
    private CredentialsException named(CredentialsException failure) {
        String name = provider.explain().sources().stream()
                .filter(source -> source.state() == SourceState.FAILED)
                .map(source -> source.name().name() + ": ")
                .findFirst()
                .orElse("");
        return CredentialsException.builder(failure.category(), name + failure.detail())
                .recoverable(failure.recoverable())
                .remedy(failure.remedy().orElse(null))
                .finding(failure.finding().orElse(null))
                .cause(failure)
                .build();
    }

    @Override
    public void stop() {
        running = false;
        if (!closing) {
            restarting = true;
            provider.forget();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    /** Notes that the application closes: no restore follows, and beans that stop may still need credentials. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (application.equals(event.getApplicationContext())) {
            closing = true;
        }
    }
}
