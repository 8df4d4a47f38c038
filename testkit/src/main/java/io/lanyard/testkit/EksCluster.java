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
 * An EKS cluster as far as Pod Identity goes, in the test's own process: the issuer of its service-account tokens, its
 * associations, EKS Auth, one node's agent, kubelet and the webhook.
 *
 * <pre>{@code
 * try (var cluster = EksCluster.start()) {
 *     cluster.associate("shop", "cart", "arn:aws:iam::111122223333:role/Cart");
 *     var pod = cluster.runPod("shop", "cart");
 *     // start the application with pod.environment()
 * }
 * }</pre>
 *
 * <p>Each part has a script of its own: {@link #eksAuth()} can be slow, throttling or down, and {@link #agent()} down,
 * restarting, slow, hanging or resetting. The agent has its cache on, as the real one.
 *
 * <p>Kubelet replaces tokens that have reached 80 % of their life when it looks at them: whenever a {@link TestClock} is
 * moved, and at {@link #kubeletSync()} for any other clock.
 *
 * <p>Not emulated: IAM's propagation delay, the packed size of session tags, the permissions of roles (the pod role may
 * assume any target role that trusts it), and what a session policy allows.
 *
 * <p>Thread-safe. A start opens two ports of loopback and makes no key; the first token in a JVM does that.
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
        if (clock instanceof TestClock held) {
            held.onMove(kubelet);
        }
    }

    /**
     * Starts a cluster on the system's clock, without associations and pods.
     *
     * @return the running cluster, to be closed
     */
    public static EksCluster start() {
        return builder().start();
    }

    /**
     * Settings first.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The cluster's name in AWS.
     *
     * @return {@code arn:aws:eks:<region>:<account>:cluster/<name>}
     */
    public String arn() {
        return eksAuth.cluster().arn();
    }

    /**
     * The issuer of the cluster's service-account tokens. EKS Auth takes no others.
     *
     * @return always the same object
     */
    public ServiceAccountTokens tokens() {
        return tokens;
    }

    /**
     * The API server, of which there is OpenID Connect discovery only: {@code /.well-known/openid-configuration} and the
     * keys at {@code /openid/v1/jwks}.
     *
     * @return {@code http://127.0.0.1:PORT}
     */
    public URI apiServer() {
        return URI.create("http://127.0.0.1:" + apiServer.port());
    }

    /**
     * The service that turns a pod's token into a role session, with its script and the record of its calls.
     *
     * @return always the same object
     */
    public EksAuth eksAuth() {
        return eksAuth;
    }

    /**
     * The node's agent, with its faults and the record of its requests and of the credentials it has given.
     *
     * @return always the same object
     */
    public EksPodIdentityAgent agent() {
        return agent;
    }

    /**
     * Associates a service account with a role that trusts EKS, in place of an earlier association.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the association's id
     * @throws IllegalArgumentException if that is no role ARN
     */
    public String associate(String namespace, String serviceAccount, String roleArn) {
        return associate(PodIdentityAssociation.of(namespace, serviceAccount, IamRole.trustingEks(roleArn)));
    }

    /**
     * Creates an association, in place of an earlier one of that service account. It is visible to the webhook and to
     * EKS Auth after the delay that the cluster was built with.
     *
     * @param association what it says
     * @return its id
     * @throws IllegalArgumentException if it has a policy and session tags, which the API refuses
     */
    public String associate(PodIdentityAssociation association) {
        return eksAuth.associate(association);
    }

    /**
     * Deletes an association, after the same delay; does nothing if there is none. The agent gives what it holds until it
     * next renews that.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     */
    public void disassociate(String namespace, String serviceAccount) {
        eksAuth.disassociate(namespace, serviceAccount);
    }

    /**
     * Runs a pod on the agent's node. If an association of its service account is visible by now, the webhook gives it
     * the environment and kubelet the token of Pod Identity; if not, the pod stays without them for good.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @return the pod, to be deleted; it is with the cluster, if not before
     * @throws UncheckedIOException if the token cannot be put on disk
     */
    public Pod runPod(String namespace, String serviceAccount) {
        Pod pod = Pod.admitted(this, namespace, serviceAccount);
        pods.add(pod);
        return pod;
    }

    /**
     * Lets kubelet look at the tokens of all pods, as it does every minute or so, and replace those that are due.
     *
     * @throws UncheckedIOException if a token cannot be put on disk
     */
    public void kubeletSync() {
        pods.forEach(Pod::sync);
    }

    /**
     * Remembers the scripts and settings of EKS Auth and of the agent, and the associations.
     *
     * @return an action that restores them, clears the records, empties the agent's cache, and gives each pod that lost
     *     its token, or whose token a test has overwritten, a new one; it can run repeatedly
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

    /** Deletes the pods and stops all servers. Records stay readable. Does nothing the second time. */
    @Override
    public void close() {
        if (clock instanceof TestClock held) {
            held.forget(kubelet);
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
         * Names the cluster; {@code peer-cluster} if not set.
         *
         * @param name of the cluster
         * @return this
         */
        public Builder name(String name) {
            id = id.named(name);
            return this;
        }

        /**
         * Puts it into that account; {@code 111122223333} if not set.
         *
         * @param account 12 digits
         * @return this
         */
        public Builder account(String account) {
            id = new EksAuth.ClusterId(id.name(), id.region(), account);
            return this;
        }

        /**
         * Puts it into that region; {@code us-west-2} if not set.
         *
         * @param region of AWS
         * @return this
         */
        public Builder region(String region) {
            id = new EksAuth.ClusterId(id.name(), region, id.account());
            return this;
        }

        /**
         * Takes all time from that clock; from the system's if not set. With a {@link TestClock} kubelet works by itself.
         *
         * @param clock of issuer, kubelet, EKS Auth and agent
         * @return this
         */
        public Builder clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Makes associations visible, and gone, that long after they are created or deleted, by the cluster's clock; at
         * once if not set. In AWS it takes several seconds.
         *
         * @param delay not negative
         * @return this
         */
        public Builder associationDelay(Duration delay) {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("must not be negative: " + delay);
            }
            this.associationDelay = delay;
            return this;
        }

        /**
         * Settings of the node's agent: its address and port, for instance. Clock and EKS Auth are the cluster's in any
         * case.
         *
         * @param settings called at {@link #start()}
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
