// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.Log;
import io.lanyard.report.SettingSeen;
import io.lanyard.spi.Environment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A setting of the protocol: an environment variable and the AWS SDK's system property of the same meaning. The
 * property wins; a blank value counts as not set.
 */
enum Setting {
    RELATIVE_URI("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "aws.containerCredentialsPath"),
    FULL_URI("AWS_CONTAINER_CREDENTIALS_FULL_URI", "aws.containerCredentialsFullUri"),
    SERVICE_ENDPOINT("AWS_CONTAINER_SERVICE_ENDPOINT", "aws.containerServiceEndpoint"),
    TOKEN_FILE("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "aws.containerAuthorizationTokenFile"),
    TOKEN("AWS_CONTAINER_AUTHORIZATION_TOKEN", "aws.containerAuthorizationToken"),
    METADATA_TIMEOUT("AWS_METADATA_SERVICE_TIMEOUT", "aws.ec2MetadataServiceTimeout"),
    METADATA_ATTEMPTS("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "aws.ec2MetadataServiceNumAttempts");

    private final String variable;
    private final String property;

    Setting(String variable, String property) {
        this.variable = variable;
        this.property = property;
    }

    /** Returns the variable's name, which is the setting's name in messages. */
    String variable() {
        return variable;
    }

    /** Returns the value as it is set, or null. */
    @Nullable
    String raw(Environment environment) {
        String value = given(environment);
        return value == null || value.isBlank() ? null : value;
    }

    /** Returns the setting as a report shows it. */
    SettingSeen seen(Environment environment) {
        return SettingSeen.of(variable, given(environment));
    }

    /** Returns the property or else the variable; blank where one of them is blank and the other is not set. */
    private @Nullable String given(Environment environment) {
        try {
            String first = environment.property(property);
            if (first != null && !first.isBlank()) {
                return first;
            }
            String second = environment.variable(variable);
            return second != null ? second : first;
        } catch (RuntimeException e) {
            // an environment of the application: its message may contain anything
            throw CredentialsException.builder(
                            Category.INVALID_URI,
                            "the setting " + variable + " cannot be read: the environment failed with "
                                    + e.getClass().getName())
                    .recoverable(true)
                    .finding(Problem.SETTING_CANNOT_BE_READ.id())
                    .remedy(Problem.SETTING_CANNOT_BE_READ.remedy())
                    .build();
        }
    }

    /** Returns the value without white space around it, or null. */
    @Nullable
    String value(Environment environment) {
        String value = raw(environment);
        return value == null ? null : value.strip();
    }

    /** Returns the timeout of the metadata settings, or null. */
    static @Nullable Duration metadataTimeout(Environment environment) {
        String text = METADATA_TIMEOUT.value(environment);
        if (text == null) {
            return null;
        }
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0.001 && seconds <= 3600) {
                return Duration.ofMillis(Math.round(seconds * 1000));
            }
        } catch (NumberFormatException e) {
            // logged below
        }
        Log.warn(METADATA_TIMEOUT.variable
                + " is not a number of seconds from 0.001 to 3600 and is ignored; set it to one or unset it");
        return null;
    }

    /** Returns the attempts of the metadata settings, or null. */
    static @Nullable Integer metadataAttempts(Environment environment) {
        String text = METADATA_ATTEMPTS.value(environment);
        if (text == null) {
            return null;
        }
        try {
            int attempts = Integer.parseInt(text);
            if (attempts >= 1 && attempts <= 100) {
                return attempts;
            }
        } catch (NumberFormatException e) {
            // logged below
        }
        Log.warn(METADATA_ATTEMPTS.variable
                + " is not a whole number from 1 to 100 and is ignored; set it to one or unset it");
        return null;
    }
}
