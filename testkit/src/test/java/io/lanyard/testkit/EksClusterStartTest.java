// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counts the RSA keys that a start generates, because they are its slowest part. */
class EksClusterStartTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/Cart";

    @Test
    void a_start_generates_no_key_and_all_clusters_share_one() throws Exception {
        AtomicInteger keys = new AtomicInteger();
        URL classes = EksCluster.class.getProtectionDomain().getCodeSource().getLocation();
        Provider counting = new CountingProvider(keys);
        Security.insertProviderAt(counting, 1);
        // a new class loader, as in a JVM without a key
        try (URLClassLoader fresh = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> cluster = fresh.loadClass(EksCluster.class.getName());
            for (int i = 0; i < 20; i++) {
                startAndClose(cluster, false);
            }
            assertThat(keys).hasValue(0);
            for (int i = 0; i < 20; i++) {
                startAndClose(cluster, true);
            }
            assertThat(keys).hasValue(1);
        } finally {
            Security.removeProvider(counting.getName());
        }
    }

    private static void startAndClose(Class<?> type, boolean withPod) throws ReflectiveOperationException {
        Object cluster = type.getMethod("start").invoke(null);
        if (withPod) {
            type.getMethod("associate", String.class, String.class, String.class)
                    .invoke(cluster, "shop", "cart", ROLE);
            type.getMethod("runPod", String.class, String.class).invoke(cluster, "shop", "cart");
        }
        type.getMethod("close").invoke(cluster);
    }

    private static final class CountingProvider extends Provider {
        private static final long serialVersionUID = 1L;

        CountingProvider(AtomicInteger keys) {
            super("counting", "1", "counts the generated RSA keys");
            putService(new Service(this, "KeyPairGenerator", "RSA", Counting.class.getName(), null, null) {
                @Override
                public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
                    return new Counting(keys);
                }
            });
        }
    }

    private static final class Counting extends KeyPairGeneratorSpi {
        private final KeyPairGenerator real;
        private final AtomicInteger keys;

        Counting(AtomicInteger keys) throws NoSuchAlgorithmException {
            this.keys = keys;
            this.real = KeyPairGenerator.getInstance("RSA", Security.getProvider("SunRsaSign"));
        }

        @Override
        public void initialize(int bits, SecureRandom random) {
            real.initialize(bits, random);
        }

        @Override
        public void initialize(AlgorithmParameterSpec parameters, SecureRandom random)
                throws InvalidAlgorithmParameterException {
            real.initialize(parameters, random);
        }

        @Override
        public KeyPair generateKeyPair() {
            keys.incrementAndGet();
            return real.generateKeyPair();
        }
    }
}
