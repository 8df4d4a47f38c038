// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.footprint;

import io.lanyard.ContainerCredentials;
import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** Measures the sizes of jars in kB of 1000 bytes. */
final class Jars {
    private Jars() {}

    static double core() throws IOException {
        return kilobytes(of(ContainerCredentials.class));
    }

    static double adapter() throws IOException {
        return kilobytes(of(LanyardContainerCredentialsProvider.class));
    }

    /** Returns the size of the SDK's module with the providers. */
    static double auth() throws IOException {
        return kilobytes(of(ContainerCredentialsProvider.class));
    }

    /** Returns the jars of this module and of the SDK modules that it depends on: all with the same version. */
    static List<Path> ofTheSdk() {
        Path auth = of(ContainerCredentialsProvider.class);
        String name = auth.getFileName().toString();
        String version = name.substring("auth".length());
        List<Path> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.endsWith(version)) {
                jars.add(Path.of(entry));
            }
        }
        return jars;
    }

    static double kilobytes(Path jar) throws IOException {
        return Files.size(jar) / 1e3;
    }

    private static Path of(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
