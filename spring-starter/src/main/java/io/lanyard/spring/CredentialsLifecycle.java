// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.LinkState;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.lanyard.spring.LanyardProperties.FirstFetch;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/**
 * The first fetch at the start, where it is asked for; nothing held at a checkpoint (CRaC, SnapStart), for which Spring
 * stops the lifecycle; and a refresh after it.
 *
 * <p>First to start and last to stop, so that others have credentials while they do.
 */
final class CredentialsLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

    private static final Log LOG = LogFactory.getLog(CredentialsLifecycle.class);

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final LanyardDefaultCredentialsProvider provider;
    private final FirstFetch firstFetch;
    private final ApplicationContext application;

    private volatile boolean running;
    private volatile boolean restarting;
    private volatile boolean closing;

    CredentialsLifecycle(
            LanyardDefaultCredentialsProvider provider, FirstFetch firstFetch, ApplicationContext application) {
        this.provider = provider;
        this.firstFetch = firstFetch;
        this.application = application;
    }

    @Override
    public void start() {
        running = true;
        if (restarting) {
            restarting = false;
            var unused = provider.resolveIdentity(ANY); // whoever needs them before that joins it
        } else if (firstFetch == FirstFetch.FAIL_FAST) {
            try {
                provider.resolveCredentials();
            } catch (SdkException e) {
                throw CredentialsException.in(e).isPresent() ? e : explained(e);
            }
        } else if (firstFetch == FirstFetch.WARN) {
            try {
                provider.resolveCredentials();
            } catch (SdkException e) {
                LOG.warn("The application starts without AWS credentials. " + e.getMessage());
            }
        }
    }

    /** A failure of another source than the container, STS for instance, as one that the analysis of the start knows. */
    private CredentialsException explained(SdkException failure) {
        String source = provider.explain().links().stream()
                .filter(link -> link.state() == LinkState.FAILED)
                .map(link -> link.slot().name() + ": ")
                .findFirst()
                .orElse("");
        return CredentialsException.builder(
                        failure instanceof SdkServiceException ? Category.HTTP_STATUS : Category.UNREACHABLE,
                        source + failure.getMessage())
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

    /** At the end of the application there is no checkpoint, and beans that end may still need their credentials. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (application.equals(event.getApplicationContext())) {
            closing = true;
        }
    }
}
