// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Environment;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.internal.SystemSettingUtilsTestBackdoor;

/**
 * This process's system properties and variables, as long as it is open: for the SDK through the door that it leaves for
 * its own tests, for us as an {@link Environment}. The machine's own variables that a chain looks at are not seen.
 */
final class ProcessSettings implements Environment, AutoCloseable {

    private final Map<String, String> variables;
    private final Map<String, @Nullable String> propertiesBefore = new HashMap<>();

    ProcessSettings(Map<String, String> variables, Map<String, String> properties) {
        this.variables = Map.copyOf(variables);
        System.getenv().keySet().stream()
                .filter(name -> name.startsWith("AWS_") || name.equals("HOME"))
                .forEach(this::hide);
        variables.forEach(SystemSettingUtilsTestBackdoor::addEnvironmentVariableOverride);
        properties.forEach(this::property);
    }

    @SuppressWarnings("NullAway") // null is how the SDK's door is told that a variable is not set
    private void hide(String name) {
        SystemSettingUtilsTestBackdoor.addEnvironmentVariableOverride(name, null);
    }

    /** Sets a property, or takes it away. */
    void property(String name, @Nullable String value) {
        String before = value == null ? System.clearProperty(name) : System.setProperty(name, value);
        if (!propertiesBefore.containsKey(name)) {
            propertiesBefore.put(name, before);
        }
    }

    @Override
    public @Nullable String variable(String name) {
        return variables.get(name);
    }

    @Override
    public @Nullable String property(String name) {
        return System.getProperty(name);
    }

    @Override
    public byte[] readFile(String path, int limit) throws IOException {
        return Environment.system().readFile(path, limit);
    }

    @Override
    public void close() {
        SystemSettingUtilsTestBackdoor.clearEnvironmentVariableOverrides();
        propertiesBefore.forEach((name, before) -> {
            if (before == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, before);
            }
        });
    }
}
