// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of the SDK is optional may be missing from the class path. */
class SdkModulesTest {

    private static final Map<String, String> IRSA = Map.of(
            "AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token");

    @Test
    void web_identity_without_the_sts_module_is_incomplete_and_the_container_is_used() throws Exception {
        try (Pod pod = new Pod();
                LibraryLog log = new LibraryLog();
                URLClassLoader withoutSts = classPathWithout("/sts/")) {
            String said = chain(withoutSts).apply(pod.variables(IRSA));

            assertThat(said)
                    .startsWith(pod.issued().accessKeyId())
                    .contains("incomplete")
                    .contains("remedy: add the dependency software.amazon.awssdk:sts");
            assertThat(log.messages(Level.WARNING))
                    .singleElement()
                    .asString()
                    .contains("web-identity", "add the dependency software.amazon.awssdk:sts");
        }
    }

    /** Without this, the other could not fail. */
    @Test
    void same_web_identity_with_the_sts_module_is_used_and_fails() throws Exception {
        try (Pod pod = new Pod();
                URLClassLoader all = classPathWithout("nothing")) {
            assertThat(chain(all).apply(pod.variables(IRSA))).startsWith("failed");
            assertThat(pod.agent.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"urlConnection,url-connection-client", "apache,apache-client"})
    void without_an_http_client_its_factory_names_the_dependency(String factory, String artifact) throws Exception {
        try (URLClassLoader without = classPathWithout("/" + artifact + "/")) {
            Method create = without.loadClass(AgentHttpClients.class.getName()).getMethod(factory);

            assertThatThrownBy(() -> create.invoke(null))
                    .cause()
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("add the dependency software.amazon.awssdk:" + artifact);
        }
    }

    @SuppressWarnings("unchecked") // of another class loader, but of the same JDK
    private static Function<Map<String, String>, String> chain(URLClassLoader loader)
            throws ReflectiveOperationException {
        return (Function<Map<String, String>, String>) loader.loadClass(ChainProbe.class.getName())
                .getDeclaredConstructor()
                .newInstance();
    }

    private static URLClassLoader classPathWithout(String part) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!entry.contains(part)) {
                urls.add(new File(entry).toURI().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }
}
