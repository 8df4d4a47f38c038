// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A pod of an {@link EksCluster}: its environment and its token file, without a process.
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

    /** Creates a pod as the webhook admits it. */
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
     * Returns the pod's name.
     *
     * @return the service account's name and a suffix, as for a pod of a deployment
     */
    public String name() {
        return name;
    }

    /**
     * Returns the pod's UID.
     *
     * @return a UUID
     */
    public String uid() {
        return uid;
    }

    /**
     * Returns the variables that the webhook set, with addresses of this machine:
     * {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}, {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}, {@code AWS_REGION},
     * {@code AWS_DEFAULT_REGION} and {@code AWS_STS_REGIONAL_ENDPOINTS}.
     *
     * @return immutable; empty if no association was visible when the pod was created
     */
    public Map<String, String> environment() {
        return environment;
    }

    /**
     * Returns the projected token. Kubelet replaces it when due, {@link ServiceAccountTokenFile#rotate()} immediately.
     *
     * @return always the same object
     * @throws IllegalStateException if no association was visible when the pod was created
     */
    public ServiceAccountTokenFile tokenFile() {
        if (tokenFile == null) {
            throw new IllegalStateException(
                    "pod " + name + " has no token, because no association was visible when it was"
                            + " created; associate its service account first");
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

    /** Deletes the pod and its file; EKS Auth then rejects its tokens. Further calls have no effect. */
    @Override
    public void close() {
        cluster.forget(this);
        if (tokenFile != null) {
            tokenFile.close();
        }
    }
}
