// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.CredentialsListener;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The options of the container source. Each wins over the setting of the environment that it replaces; an option that
 * is not set has its default.
 *
 * <p>Not safe for use by several threads at once.
 */
public interface ContainerOptions {

    /**
     * Sets the path at the service endpoint, in place of {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}. When this
     * or {@link #fullUri} is set, neither URI of the environment is read.
     *
     * @param relativeUri a path that starts with one {@code /}, or null for the environment's
     * @return these options
     */
    ContainerOptions relativeUri(@Nullable String relativeUri);

    /**
     * Sets the whole URI, in place of {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}.
     *
     * @param fullUri the URI, or null for the environment's
     * @return these options
     */
    ContainerOptions fullUri(@Nullable String fullUri);

    /**
     * Sets the host for a relative URI, in place of {@code AWS_CONTAINER_SERVICE_ENDPOINT}.
     *
     * @param serviceEndpoint scheme, host and port; null for the environment's, or {@code http://169.254.170.2}
     * @return these options
     */
    ContainerOptions serviceEndpoint(@Nullable String serviceEndpoint);

    /**
     * Sets the token's file, in place of {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}. When this or {@link
     * #token} is set, neither token of the environment is read.
     *
     * @param tokenFile the path, opened anew for every attempt; null for the environment's
     * @return these options
     */
    ContainerOptions tokenFile(@Nullable String tokenFile);

    /**
     * Sets the token itself, in place of {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}.
     *
     * @param token the value of the Authorization header, sent as it is; null for the environment's
     * @return these options
     */
    ContainerOptions token(@Nullable String token);

    /**
     * Lets a fixed token win over a token file when both are set, as in the AWS SDK for Java. By default the file
     * wins, as in the other AWS SDKs.
     *
     * @param preferStaticToken true to let the fixed token win
     * @return these options
     */
    ContainerOptions preferStaticToken(boolean preferStaticToken);

    /**
     * Allows further hosts over http, as the URI spells them. The token goes to them unencrypted: use this for local
     * development only.
     *
     * @param hosts host names or IP literals, without ports
     * @return these options
     */
    ContainerOptions allowHosts(String... hosts);

    /**
     * Restricts https to the hosts that are allowed over http. By default https may go to any host, because its
     * certificate identifies it.
     *
     * @param restrictHttps true to restrict it
     * @return these options
     */
    ContainerOptions restrictHttpsHosts(boolean restrictHttps);

    /**
     * Sets how long connecting may take, over all addresses of the agent. Default: 2 s.
     *
     * @param connectTimeout a positive duration; a day at most counts
     * @return these options
     */
    ContainerOptions connectTimeout(Duration connectTimeout);

    /**
     * Sets how long one exchange may take, from the first byte sent to the last byte read. Default: 8 s, because
     * the EKS agent takes up to 7.2 s to give the reason of a failure. {@code AWS_METADATA_SERVICE_TIMEOUT}
     * (seconds) sets the default, and that of connecting where it is shorter.
     *
     * @param attemptTimeout a positive duration; a day at most counts
     * @return these options
     */
    ContainerOptions attemptTimeout(Duration attemptTimeout);

    /**
     * Sets how long a whole load may take, pauses included. Default: 25 s, or the attempt timeout or the start-up
     * patience where one is longer.
     *
     * @param loadTimeout a positive duration; a day at most counts
     * @return these options
     */
    ContainerOptions loadTimeout(Duration loadTimeout);

    /**
     * Sets how many attempts a load makes. Default: 3, or {@code AWS_METADATA_SERVICE_NUM_ATTEMPTS}.
     *
     * @param maxAttempts at least 1
     * @return these options
     */
    ContainerOptions maxAttempts(int maxAttempts);

    /**
     * Sets how long loads retry at a start-up, while there have never been credentials, when the agent refuses the
     * connection or answers 429 or 5xx, the token file does not exist yet, the association is not visible yet, or
     * the agent has just been restarted. The time counts once, from the start of the first load; later loads make the
     * ordinary attempts only. Default: 10 s; with zero, the first load does so too.
     *
     * @param startupPatience zero or a positive duration; a day at most counts
     * @return these options
     */
    ContainerOptions startupPatience(Duration startupPatience);

    /**
     * Sets the TLS context for https. Default: the JVM's default context. Not used with another {@link #transport}.
     *
     * @param sslContext the context, or null for the default
     * @return these options
     */
    ContainerOptions sslContext(@Nullable SSLContext sslContext);

    /**
     * Sets the transport of the requests. Default: one plain socket per request, never through a proxy.
     *
     * @param transport the transport, or null for the default
     * @return these options
     */
    ContainerOptions transport(@Nullable AgentTransport transport);

    /**
     * Sets where settings and files are read. Default: those of the process.
     *
     * @param environment the environment
     * @return these options
     */
    ContainerOptions environment(Environment environment);

    /**
     * Sets what resolves host names. Default: the JDK.
     *
     * @param hostResolver the resolver
     * @return these options
     */
    ContainerOptions hostResolver(HostResolver hostResolver);

    /**
     * Runs the loads on an application's executor; each occupies a thread for as long as it takes. A load that the
     * executor rejects, or has not begun within half a second, runs on the shared daemon threads instead; timers
     * always do. Default: the shared daemon threads.
     *
     * @param executor the executor, which is not shut down by the source; null for the default
     * @return these options
     */
    ContainerOptions executor(@Nullable Executor executor);

    /**
     * Sets when credentials are refreshed, the back-off after a failure, and what happens with expired credentials.
     * Default: {@link RefreshPolicy#standard()}.
     *
     * @param refreshPolicy the policy
     * @return these options
     */
    ContainerOptions refreshPolicy(RefreshPolicy refreshPolicy);

    /**
     * Sets the listener for refreshes and their failures. Default: none.
     *
     * @param listener the listener, or null for none
     * @return these options
     */
    ContainerOptions listener(@Nullable CredentialsListener listener);

    /**
     * Sets the clock. Default: that of the machine.
     *
     * @param clock the clock
     * @return these options
     */
    ContainerOptions clock(Clock clock);
}
