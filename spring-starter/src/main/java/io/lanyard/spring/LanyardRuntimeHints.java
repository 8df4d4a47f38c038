// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.context.event.ApplicationStartingEvent;

/** Registers the types that Lanyard calls by reflection and the resources that it looks up, for native images. */
final class LanyardRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.reflection().registerType(ApplicationStartingEvent.class, MemberCategory.INVOKE_PUBLIC_METHODS);
        for (String prefix : new String[] {"org.springframework.boot.", "org.springframework.boot.bootstrap."}) {
            for (String type : new String[] {
                "BootstrapContext",
                "BootstrapRegistry",
                "BootstrapRegistry$InstanceSupplier",
                "ConfigurableBootstrapContext"
            }) {
                hints.reflection()
                        .registerTypeIfPresent(classLoader, prefix + type, MemberCategory.INVOKE_PUBLIC_METHODS);
            }
        }
        // the chain looks for the SDK's optional modules by their class files
        for (String client : new String[] {"sts/StsClient", "sso/SsoClient", "ssooidc/SsoOidcClient"}) {
            hints.resources()
                    .registerPatternIfPresent(
                            classLoader,
                            "software/amazon/awssdk/services/" + client + ".class",
                            hint -> hint.includes("software/amazon/awssdk/services/" + client + ".class"));
        }
    }
}
