// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A pod of an {@link EksCluster}: what Pod Identity has put into it, and no process.
 *
 * <p>Thread-safe.
 */
public final class Pod implements AutoCloseable {
    private final EksCluster cluster;
    private final String name;
    private final String uid;
    private final @Nullable ServiceAccountTokenFile tokenFile;
    private final Map<String, String> environment;

    private Pod(
            EksCluster cluster,
            String name,
            String uid,
            @Nullable ServiceAccountTokenFile tokenFile,
            Map<String, String> environment) {
        this.cluster = cluster;
        this.name = name;
        this.uid = uid;
        this.tokenFile = tokenFile;
        this.environment = Collections.unmodifiableMap(environment);
    }

    /** What the webhook makes of it at admission. */
    static Pod admitted(EksCluster cluster, String namespace, String serviceAccount) {
        String uid = UUID.randomUUID().toString();
        String name = serviceAccount + "-5d8f7c9b6d-" + uid.substring(0, 5);
        Map<String, String> environment = new LinkedHashMap<>();
        ServiceAccountTokenFile tokenFile = null;
        if (cluster.eksAuth().isAssociated(namespace, serviceAccount)) {
            tokenFile = ServiceAccountTokenFile.create(
                    cluster.tokens().token(namespace, serviceAccount).pod(name, uid));
            String region = cluster.eksAuth().cluster().region();
            environment.put("AWS_STS_REGIONAL_ENDPOINTS", "regional");
            environment.put("AWS_DEFAULT_REGION", region);
            environment.put("AWS_REGION", region);
            environment.putAll(cluster.agent().environmentFor(tokenFile));
        }
        return new Pod(cluster, name, uid, tokenFile, environment);
    }

    /**
     * Its name in the namespace.
     *
     * @return that of the service account and what a deployment appends
     */
    public String name() {
        return name;
    }

    /**
     * What tells it from all other pods.
     *
     * @return a UUID
     */
    public String uid() {
        return uid;
    }

    /**
     * What the webhook put into its environment, with the addresses of this machine:
     * {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}, {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}, {@code AWS_REGION},
     * {@code AWS_DEFAULT_REGION} and {@code AWS_STS_REGIONAL_ENDPOINTS}.
     *
     * @return immutable; empty if no association was visible when the pod was created
     */
    public Map<String, String> environment() {
        return environment;
    }

    /**
     * The projected token, which kubelet replaces in time and {@link ServiceAccountTokenFile#rotate()} at once.
     *
     * @return always the same object
     * @throws IllegalStateException if no association was visible when the pod was created
     */
    public ServiceAccountTokenFile tokenFile() {
        if (tokenFile == null) {
            throw new IllegalStateException(name
                    + " has no token: no association was visible when it was created, so the webhook left it alone");
        }
        return tokenFile;
    }

    void sync() {
        if (tokenFile != null) {
            tokenFile.rotateIfDue();
        }
    }

    void restoreToken() {
        if (tokenFile != null) {
            tokenFile.rotateIfOverwritten();
        }
    }

    /** Deletes the pod: its file goes, and EKS Auth takes its tokens no more. Does nothing the second time. */
    @Override
    public void close() {
        cluster.forget(this);
        if (tokenFile != null) {
            tokenFile.close();
        }
    }
}
