// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One copy of an AWS SDK for Java on a class path. Modules with the same root package are one copy.
 *
 * @param generation 1 or 2
 * @param root the root package with dots, for example {@code software.amazon.awssdk}
 * @param relocated whether the root is another than the SDK's own
 * @param version the version; empty when nothing names it
 * @param versions every version that a module of it has, in order
 * @param containers the jars or folders that hold it
 * @param containerCredentials whether it can use container credentials at all
 * @param podIdentity whether it accepts the agent of EKS Pod Identity
 * @param ipv6 whether it accepts the agent's IPv6 address
 * @param sts whether the sts module is there
 * @param sso whether the sso module is there
 * @param httpClients the synchronous HTTP clients, by the names of their factories
 * @param choosesHttpClient whether it chooses one of several HTTP clients, as SDK 2.22 and newer do
 */
record SdkCopy(
        int generation,
        String root,
        boolean relocated,
        Optional<String> version,
        List<String> versions,
        Set<String> containers,
        Support containerCredentials,
        Support podIdentity,
        Support ipv6,
        boolean sts,
        boolean sso,
        Set<String> httpClients,
        boolean choosesHttpClient) {

    /** Whether a copy supports something. */
    enum Support {
        /** It does. */
        YES,
        /** It does, if AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6. */
        WITH_IPV6_MODE,
        /** It does not. */
        NO,
        /** Neither its classes nor its version show it. */
        UNKNOWN;

        static Support of(boolean supported) {
            return supported ? YES : NO;
        }
    }

    /** The copy in a few words, for example {@code AWS SDK v2 2.17.1 (relocated to org.shaded) in app.jar}. */
    String named() {
        return "AWS SDK v" + generation + version.map(known -> " " + known).orElse(" of unknown version")
                + (relocated ? " (relocated to " + root + ")" : "")
                + " in " + containers.stream().sorted().limit(1).findFirst().orElse("the class path")
                + (containers.size() > 1 ? " and " + (containers.size() - 1) + " more" : "");
    }
}
