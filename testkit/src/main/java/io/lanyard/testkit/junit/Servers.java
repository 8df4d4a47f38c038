// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import io.lanyard.testkit.CredentialsServer;
import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksAuth;
import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.Pod;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.TestClock;
import io.lanyard.testkit.Timeline;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** The servers of a test, or of a class and so of all its tests. */
final class Servers {

    private static final Namespace NAMESPACE = Namespace.create(CredentialsExtension.class);

    /** Those variables of a pod that the AWS SDK also knows as system properties. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", "aws.containerCredentialsFullUri",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "aws.containerAuthorizationTokenFile",
            "AWS_REGION", "aws.region");

    private record PodKey(String namespace, String serviceAccount, String role) {}

    private final @Nullable Servers ofClass;
    private final InstantSource clock;
    private final Map<Object, Object> started = new LinkedHashMap<>();
    private final Deque<Runnable> undoing = new ArrayDeque<>();

    private Servers(@Nullable Servers ofClass, boolean heldClock) {
        this.ofClass = ofClass;
        if (ofClass != null && ofClass.clock instanceof TestClock) {
            this.clock = ofClass.clock;
        } else {
            this.clock =
                    heldClock ? TestClock.at(Instant.now().truncatedTo(ChronoUnit.SECONDS)) : InstantSource.system();
        }
    }

    /** Those of the test or class; made when they are first asked for. */
    static Servers of(ExtensionContext context, boolean heldClock) {
        Store store = context.getStore(NAMESPACE);
        Servers known = known(context);
        Object owner = context.getUniqueId();
        Servers own = store.get(owner, Servers.class);
        if (own == null) {
            own = new Servers(known, heldClock);
            store.put(owner, own);
            store.put(Servers.class, own);
        }
        return own;
    }

    /** Those of the test, or else of its class. */
    static @Nullable Servers known(ExtensionContext context) {
        return context.getStore(NAMESPACE).get(Servers.class, Servers.class);
    }

    static void close(ExtensionContext context) {
        Servers own = context.getStore(NAMESPACE).remove(context.getUniqueId(), Servers.class);
        if (own != null) {
            own.close();
        }
    }

    synchronized Object get(Class<?> type) {
        if (ofClass != null && ofClass.has(type)) {
            return ofClass.get(type);
        }
        if (type == TestClock.class) {
            return clock;
        }
        if (type == EksAuth.class) {
            return cluster().eksAuth();
        }
        if (type == EksPodIdentityAgent.class) {
            return cluster().agent();
        }
        Object known = started.get(type);
        if (known == null) {
            known = start(type);
            started.put(type, known);
        }
        return known;
    }

    private Object start(Class<?> type) {
        if (type == EksCluster.class) {
            return opened(EksCluster.builder().clock(clock).start());
        }
        if (type == EcsCredentialsAgent.class) {
            return opened(EcsCredentialsAgent.builder().clock(clock).start());
        }
        if (type == StsService.class) {
            return opened(StsService.builder().clock(clock).start());
        }
        return opened(InstanceMetadataService.builder().clock(clock).start());
    }

    private EksCluster cluster() {
        return (EksCluster) get(EksCluster.class);
    }

    private synchronized boolean has(Class<?> type) {
        boolean ofCluster = type == EksAuth.class || type == EksPodIdentityAgent.class;
        return started.containsKey(ofCluster ? EksCluster.class : type)
                || (type == TestClock.class && clock instanceof TestClock);
    }

    /** The same pod for the same annotation; its service account is associated on the way. */
    synchronized Pod pod(@Nullable PodIdentity identity) {
        PodKey key = identity == null
                ? new PodKey("default", "default", "arn:aws:iam::111122223333:role/test")
                : new PodKey(identity.namespace(), identity.serviceAccount(), identity.role());
        Object known = started.get(key);
        if (known == null) {
            EksCluster cluster = cluster();
            cluster.associate(key.namespace, key.serviceAccount, key.role);
            known = opened(cluster.runPod(key.namespace, key.serviceAccount));
            started.put(key, known);
        }
        return (Pod) known;
    }

    /** Lets this JVM be that pod, until it is closed. */
    synchronized void runAs(PodIdentity identity) {
        Map<String, String> environment = pod(identity).environment();
        Map<String, @Nullable String> before = new HashMap<>();
        PROPERTIES.forEach((variable, property) -> {
            before.put(property, System.getProperty(property));
            System.setProperty(property, environment.get(variable));
        });
        undoing.push(() -> before.forEach((property, value) -> {
            if (value == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, value);
            }
        }));
    }

    synchronized Timeline timeline() {
        List<Object> all = new ArrayList<>(ofClass == null ? List.of() : ofClass.started.values());
        all.addAll(started.values());
        Timeline timeline = Timeline.empty();
        for (Object server : all) {
            if (server instanceof EksCluster cluster) {
                timeline = timeline.with(cluster);
            } else if (server instanceof CredentialsServer other) {
                timeline = timeline.with(other);
            }
        }
        return timeline;
    }

    private <T extends AutoCloseable> T opened(T server) {
        undoing.push(() -> {
            try {
                server.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + server, e);
            }
        });
        return server;
    }

    private synchronized void close() {
        while (!undoing.isEmpty()) {
            undoing.pop().run();
        }
    }
}
