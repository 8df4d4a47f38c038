// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.ChainReport;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceState;
import io.lanyard.diagnose.Check;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.http.SdkHttpService;

/** The check of the class path that this process runs with. */
final class ClassPathChecks {

    private ClassPathChecks() {}

    static List<Check> of(ChainReport report, Facts facts) {
        List<Finding> findings = new ArrayList<>();
        boolean webIdentity = report.source(SourceName.WEB_IDENTITY)
                .filter(source -> source.state() != SourceState.NOT_CONFIGURED)
                .isPresent();
        if (webIdentity && !Sts.isPresent()) {
            findings.add(Problem.STS_MODULE_MISSING.with(facts));
        }
        List<String> clients = httpClients();
        if (clients.isEmpty()) { // of several, SDK 2.22 and newer choose one
            findings.add(Problem.NO_HTTP_CLIENT.with(facts));
        }
        return List.of(Check.of(
                "class path",
                "AWS SDK " + VersionInfo.SDK_VERSION + ", sts " + (Sts.isPresent() ? "present" : "absent")
                        + ", HTTP clients: " + (clients.isEmpty() ? "none" : String.join(", ", clients)),
                findings));
    }

    /** The synchronous HTTP clients that the SDK finds, by the simple names of their factories. */
    private static List<String> httpClients() {
        try {
            return ServiceLoader.load(SdkHttpService.class).stream()
                    .map(provider -> provider.type().getSimpleName().replace("SdkHttpService", ""))
                    .distinct()
                    .sorted()
                    .collect(Collectors.toList());
        } catch (ServiceConfigurationError e) { // one of them cannot be loaded, so the SDK's choice is unknown
            return List.of();
        }
    }
}
