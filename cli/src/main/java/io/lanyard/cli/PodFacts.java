// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.report.TokenClaims;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of the pod that this process runs in, from its variables and its own tokens. No request is made. */
final class PodFacts {

    private static final int TOKEN_LIMIT = 64 << 10;

    private PodFacts() {}

    /**
     * Reads the names.
     *
     * @param variables the environment
     * @param token the file of the pod's service account token
     * @return the names that are known; none outside Kubernetes but the Region
     */
    static Facts of(Map<String, String> variables, Path token) {
        Facts facts = Facts.none()
                .with(Fact.REGION, variables.get("AWS_REGION"))
                .or(Facts.none().with(Fact.REGION, variables.get("AWS_DEFAULT_REGION")));
        if (!variables.containsKey("KUBERNETES_SERVICE_HOST")) {
            return facts;
        }
        return claims(variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
                .or(claims(token.toString()))
                .or(facts)
                .or(Facts.none().with(Fact.POD, variables.get("HOSTNAME")));
    }

    static Facts ofThisProcess() {
        return of(System.getenv(), Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token"));
    }

    private static Facts claims(@Nullable String file) {
        try {
            if (file == null || !Files.isRegularFile(Path.of(file))) {
                return Facts.none();
            }
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                String token = new String(in.readNBytes(TOKEN_LIMIT), StandardCharsets.ISO_8859_1);
                return TokenClaims.decode(token).map(Facts::of).orElse(Facts.none());
            }
        } catch (IOException | InvalidPathException e) {
            return Facts.none(); // a name less; the doctor's own checks say why the token cannot be read
        }
    }
}
