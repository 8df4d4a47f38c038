// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import io.lanyard.testkit.internal.http.HttpServer;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The parts of an EKS cluster that Pod Identity needs, in the test's own process: the issuer of service-account tokens,
 * associations, EKS Auth, the agent of one node, kubelet and the webhook.
 *
 * <pre>{@code
 * try (var cluster = EksCluster.start()) {
 *     cluster.associate("shop", "cart", "arn:aws:iam::111122223333:role/Cart");
 *     var pod = cluster.runPod("shop", "cart");
 *     // start the application with pod.environment()
 * }
 * }</pre>
 *
 * <p>{@link #eksAuth()} can be slow, throttling or down; {@link #agent()} can be down, restarting, slow, hanging, or reset
 * connections. The agent's cache is on, as in the real one.
 *
 * <p>Kubelet replaces tokens at 80 % of their lifetime. It checks them whenever a {@link TestClock} is moved; with any
 * other clock, at {@link #kubeletSync()}.
 *
 * <p>Not emulated: IAM's propagation delay, the packed size of session tags, the permissions of roles (the pod role may
 * assume any target role that trusts it), and the effect of session policies.
 *
 * <p>Thread-safe. A start opens two loopback ports. It generates no key; the first token in a JVM does.
 */
public final class EksCluster implements AutoCloseable {
    private final ServiceAccountTokens tokens;
    private final EksAuth eksAuth;
    private final EksPodIdentityAgent agent;
    private final HttpServer apiServer;
    private final InstantSource clock;
    private final List<Pod> pods = new CopyOnWriteArrayList<>();
    private final Runnable kubelet = this::kubeletSync;

    private EksCluster(Builder builder) {
        clock = builder.clock;
        tokens = ServiceAccountTokens.ofNewCluster(clock, builder.id.region());
        eksAuth = new EksAuth(builder.id, clock, builder.associationDelay, tokens);
        EksPodIdentityAgent.Builder node = EksPodIdentityAgent.builder();
        builder.agent.accept(node);
        agent = node.clock(clock).eksAuth(eksAuth).start();
        agent.cache(true);
        try {
            apiServer = new HttpServer(
                    "api-server",
                    InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                    0,
                    Duration.ofMinutes(3),
                    clock,
                    this::serve);
        } catch (IOException e) {
            agent.close();
            throw new UncheckedIOException(e);
        }
        apiServer.start();
        if (clock instanceof TestClock testClock) {
            testClock.onMove(kubelet);
        }
    }

    /**
     * Starts a cluster on the system clock, without associations and pods.
     *
     * @return the running cluster, to be closed
     */
    public static EksCluster start() {
        return builder().start();
    }

    /**
     * Returns a builder for a cluster with other settings.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the cluster's ARN.
     *
     * @return {@code arn:aws:eks:<region>:<account>:cluster/<name>}
     */
    public String arn() {
        return eksAuth.cluster().arn();
    }

    /**
     * Returns the issuer of the cluster's service-account tokens. EKS Auth accepts no others.
     *
     * @return always the same object
     */
    public ServiceAccountTokens tokens() {
        return tokens;
    }

    /**
     * Returns the address of the API server. It serves only OpenID Connect discovery:
     * {@code /.well-known/openid-configuration} and the keys at {@code /openid/v1/jwks}.
     *
     * @return {@code http://127.0.0.1:PORT}
     */
    public URI apiServer() {
        return URI.create("http://127.0.0.1:" + apiServer.port());
    }

    /**
     * Returns EKS Auth, with its script and the record of its calls.
     *
     * @return always the same object
     */
    public EksAuth eksAuth() {
        return eksAuth;
    }

    /**
     * Returns the node's agent, with its faults and the records of its requests and of the credentials it has issued.
     *
     * @return always the same object
     */
    public EksPodIdentityAgent agent() {
        return agent;
    }

    /**
     * Associates a service account with a role that trusts EKS. Replaces its earlier association.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the association's ID
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public String associate(String namespace, String serviceAccount, String roleArn) {
        return associate(PodIdentityAssociation.of(namespace, serviceAccount, IamRole.trustingEks(roleArn)));
    }

    /**
     * Creates an association. Replaces an earlier one of the same service account. The webhook and EKS Auth see it after
     * {@link Builder#associationDelay(Duration)}.
     *
     * @param association the association
     * @return its ID
     * @throws IllegalArgumentException if it has a policy and session tags, which the real API rejects
     */
    public String associate(PodIdentityAssociation association) {
        return eksAuth.associate(association);
    }

    /**
     * Deletes an association, after the same delay. Has no effect if there is none. The agent serves cached credentials
     * until their next renewal.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     */
    public void disassociate(String namespace, String serviceAccount) {
        eksAuth.disassociate(namespace, serviceAccount);
    }

    /**
     * Runs a pod on the agent's node. If an association of its service account is visible, the webhook sets its variables
     * and kubelet projects its token; otherwise the pod never receives them, as in a real cluster.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @return the pod; {@link #close()} deletes it if the test does not
     * @throws UncheckedIOException if the token cannot be written
     */
    public Pod runPod(String namespace, String serviceAccount) {
        Pod pod = Pod.admitted(this, namespace, serviceAccount);
        pods.add(pod);
        return pod;
    }

    /**
     * Lets kubelet replace the tokens that are due, as it does about every minute.
     *
     * @throws UncheckedIOException if a token cannot be written
     */
    public void kubeletSync() {
        pods.forEach(Pod::sync);
    }

    /**
     * Saves the associations, and the scripts and settings of EKS Auth and of the agent.
     *
     * @return an action that restores them, clears the records, empties the agent's cache, and replaces tokens that a test
     *     has removed or overwritten; it can run repeatedly
     */
    public Runnable restorePoint() {
        Runnable node = agent.restorePoint();
        return () -> {
            node.run();
            pods.forEach(Pod::restoreToken);
        };
    }

    void forget(Pod pod) {
        pods.remove(pod);
        eksAuth.podDeleted(pod.uid());
    }

    /** Deletes the pods and stops all servers. Records stay readable. Further calls have no effect. */
    @Override
    public void close() {
        if (clock instanceof TestClock testClock) {
            testClock.forget(kubelet);
        }
        pods.forEach(Pod::close);
        agent.close();
        apiServer.close();
    }

    private HttpServer.Reply serve(HttpRequest request) {
        HttpAnswer answer = switch (request.path()) {
            case "/.well-known/openid-configuration" -> HttpAnswer.json(200, discovery());
            case "/openid/v1/jwks" -> HttpAnswer.of(200, "application/jwk-set+json", tokens.jwks());
            default -> HttpAnswer.notFound();
        };
        return HttpServer.Reply.of(answer);
    }

    private String discovery() {
        return "{\"issuer\":" + GoJson.text(tokens.issuer())
                + ",\"jwks_uri\":" + GoJson.text(apiServer() + "/openid/v1/jwks")
                + ",\"response_types_supported\":[\"id_token\"]"
                + ",\"subject_types_supported\":[\"public\"]"
                + ",\"id_token_signing_alg_values_supported\":[\"RS256\"]}";
    }

    /** Settings of a cluster before it starts. Not thread-safe. */
    public static final class Builder {
        private EksAuth.ClusterId id = EksAuth.ClusterId.CAPTURED;
        private InstantSource clock = InstantSource.system();
        private Duration associationDelay = Duration.ZERO;
        private Consumer<EksPodIdentityAgent.Builder> agent = node -> {};

        private Builder() {}

        /**
         * Sets the cluster's name; {@code peer-cluster} by default.
         *
         * @param name the cluster's name
         * @return this
         */
        public Builder name(String name) {
            id = id.named(name);
            return this;
        }

        /**
         * Sets the cluster's account; {@code 111122223333} by default.
         *
         * @param account 12 digits
         * @return this
         */
        public Builder account(String account) {
            id = new EksAuth.ClusterId(id.name(), id.region(), account);
            return this;
        }

        /**
         * Sets the cluster's region; {@code us-west-2} by default.
         *
         * @param region the AWS region
         * @return this
         */
        public Builder region(String region) {
            id = new EksAuth.ClusterId(id.name(), region, id.account());
            return this;
        }

        /**
         * Sets the clock of issuer, kubelet, EKS Auth and agent; the system clock by default. Kubelet follows the moves of
         * a {@link TestClock}.
         *
         * @param clock the cluster's clock
         * @return this
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets the time until a created or deleted association is visible, on the cluster's clock; zero by default. In AWS
         * it is several seconds.
         *
         * @param delay not negative
         * @return this
         */
        public Builder associationDelay(Duration delay) {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("delay must not be negative: " + delay);
            }
            this.associationDelay = delay;
            return this;
        }

        /**
         * Changes settings of the node's agent, for example its address and port. The cluster overrides clock and EKS Auth.
         *
         * @param settings called by {@link #start()}
         * @return this
         */
        public Builder agent(Consumer<EksPodIdentityAgent.Builder> settings) {
            this.agent = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Starts the cluster.
         *
         * @return the running cluster, to be closed
         * @throws UncheckedIOException if it cannot listen
         */
        public EksCluster start() {
            return new EksCluster(this);
        }
    }
}
