// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import io.lanyard.testkit.CredentialsServer;
import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksAuth;
import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.Pod;
import io.lanyard.testkit.SdkProperties;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.TestClock;
import io.lanyard.testkit.Timeline;
import java.lang.reflect.AnnotatedElement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** The servers of a test, or of a class and thus of all its tests. */
final class Servers {

    private static final Namespace NAMESPACE = Namespace.create(CredentialsExtension.class);

    private static final ClassValue<AtomicInteger> FINISHED_RUNS = new ClassValue<>() {
        @Override
        protected AtomicInteger computeValue(Class<?> type) {
            return new AtomicInteger();
        }
    };

    private static final String DEFAULT_REGION = "us-west-2";

    private record PodKey(String namespace, String serviceAccount, String role) {}

    private final @Nullable Servers ofClass;
    private final InstantSource clock;
    private final String region;
    private final Map<Object, Object> started = new LinkedHashMap<>();
    private final Map<Object, Runnable> restorePoints = new LinkedHashMap<>();
    private final Deque<Runnable> undoing = new ArrayDeque<>();
    private int running;

    private Servers(@Nullable Servers ofClass, boolean withTestClock, String region) {
        this.ofClass = ofClass;
        this.region = region;
        if (ofClass != null && ofClass.clock instanceof TestClock) {
            this.clock = ofClass.clock;
        } else {
            this.clock = withTestClock
                    ? TestClock.at(Instant.now().truncatedTo(ChronoUnit.SECONDS))
                    : InstantSource.system();
        }
    }

    /** Returns the servers of the test or class, created at the first call. */
    static Servers of(ExtensionContext context, boolean withTestClock) {
        Store store = context.getStore(NAMESPACE);
        Servers known = known(context);
        Object owner = context.getUniqueId();
        Servers own = store.get(owner, Servers.class);
        if (own == null) {
            own = new Servers(known, withTestClock, region(context));
            store.put(owner, own);
            store.put(Servers.class, own);
        }
        return own;
    }

    /** Returns the region of the nearest annotation: on the test, its class, or an enclosing class. */
    private static String region(ExtensionContext context) {
        for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
            AnnotatedElement element = at.getElement().orElse(null);
            PodIdentity pod = element == null ? null : element.getAnnotation(PodIdentity.class);
            CredentialsTest test = element == null ? null : element.getAnnotation(CredentialsTest.class);
            if (pod != null && !pod.region().isEmpty()) {
                return pod.region();
            }
            if (test != null && !test.region().isEmpty()) {
                return test.region();
            }
        }
        return DEFAULT_REGION;
    }

    /** Returns the servers of the test's class and of its enclosing classes. */
    static List<Servers> ofClasses(ExtensionContext test) {
        List<Servers> all = new ArrayList<>();
        Servers next = test.getParent().map(Servers::known).orElse(null);
        while (next != null) {
            all.add(next);
            next = next.ofClass;
        }
        return all;
    }

    /** Restores the servers to their state before their first test, unless another test is running. */
    synchronized void testBegins() {
        if (running++ == 0) {
            started.forEach((type, server) -> {
                Runnable known = restorePoints.get(type);
                if (known != null) {
                    known.run();
                } else if (server instanceof EksCluster cluster) {
                    restorePoints.put(type, cluster.restorePoint());
                } else if (server instanceof CredentialsServer other) {
                    restorePoints.put(type, other.restorePoint());
                }
            });
        }
    }

    synchronized void testEnds() {
        running--;
    }

    /** Returns the servers of the test, otherwise of its class; null if there are none. */
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
            return opened(EksCluster.builder().clock(clock).region(region).start());
        }
        if (type == EcsCredentialsAgent.class) {
            return opened(EcsCredentialsAgent.builder().clock(clock).start());
        }
        if (type == StsService.class) {
            return opened(StsService.builder().clock(clock).region(region).start());
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

    /** Returns the pod of an annotation, always the same. The first call associates its service account. */
    synchronized Pod pod(@Nullable PodIdentity identity) {
        if (identity != null
                && !identity.region().isEmpty()
                && !identity.region().equals(region)) {
            throw new IllegalArgumentException("a pod must be in the region of its cluster, " + region
                    + "; set the cluster's region at the class or test: @CredentialsTest(region = \""
                    + identity.region() + "\")");
        }
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

    /** Sets the system properties of a pod until the servers close. */
    synchronized void runAs(PodIdentity identity) {
        SdkProperties properties = SdkProperties.set(pod(identity).environment());
        undoing.push(properties::close);
    }

    /** Returns the number of earlier runs of a class. Each run has its own servers. */
    static int finishedRuns(Class<?> testClass) {
        return FINISHED_RUNS.get(testClass).get();
    }

    static void runEnds(Class<?> testClass) {
        FINISHED_RUNS.get(testClass).incrementAndGet();
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
