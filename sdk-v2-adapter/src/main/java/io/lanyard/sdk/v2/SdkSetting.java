// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.report.SettingSeen;
import io.lanyard.spi.Environment;
import org.jspecify.annotations.Nullable;

/**
 * A setting of the AWS SDK, read as the SDK reads it: the system property takes precedence over the variable, blank or
 * not, and surrounding white space is ignored. Not read by the SDK itself, because that loads its logging.
 *
 * @param variable the variable's name
 * @param property the system property's name
 */
record SdkSetting(String variable, String property) {

    static final SdkSetting ACCESS_KEY_ID = new SdkSetting("AWS_ACCESS_KEY_ID", "aws.accessKeyId");
    static final SdkSetting SECRET_ACCESS_KEY = new SdkSetting("AWS_SECRET_ACCESS_KEY", "aws.secretAccessKey");
    static final SdkSetting SESSION_TOKEN = new SdkSetting("AWS_SESSION_TOKEN", "aws.sessionToken");
    static final SdkSetting ACCOUNT_ID = new SdkSetting("AWS_ACCOUNT_ID", "aws.accountId");
    static final SdkSetting ROLE_ARN = new SdkSetting("AWS_ROLE_ARN", "aws.roleArn");
    static final SdkSetting ROLE_SESSION_NAME = new SdkSetting("AWS_ROLE_SESSION_NAME", "aws.roleSessionName");
    static final SdkSetting WEB_IDENTITY_TOKEN_FILE =
            new SdkSetting("AWS_WEB_IDENTITY_TOKEN_FILE", "aws.webIdentityTokenFile");
    static final SdkSetting PROFILE = new SdkSetting("AWS_PROFILE", "aws.profile");
    static final SdkSetting CONFIG_FILE = new SdkSetting("AWS_CONFIG_FILE", "aws.configFile");
    static final SdkSetting CREDENTIALS_FILE =
            new SdkSetting("AWS_SHARED_CREDENTIALS_FILE", "aws.sharedCredentialsFile");
    static final SdkSetting CONTAINER_TOKEN_FILE =
            new SdkSetting("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "aws.containerAuthorizationTokenFile");
    static final SdkSetting METADATA_DISABLED = new SdkSetting("AWS_EC2_METADATA_DISABLED", "aws.disableEc2Metadata");
    static final SdkSetting METADATA_ENDPOINT =
            new SdkSetting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "aws.ec2MetadataServiceEndpoint");

    /** Returns the value as the SDK reads it, which may be empty; null when it is not set. */
    @Nullable
    String raw(Environment environment) {
        String value = environment.property(property);
        if (value == null) {
            value = environment.variable(variable);
        }
        return value == null ? null : value.trim();
    }

    /** Returns the value; null when it is not set or blank. */
    @Nullable
    String value(Environment environment) {
        String value = raw(environment);
        return value == null || value.isEmpty() ? null : value;
    }

    boolean isSet(Environment environment) {
        return value(environment) != null;
    }

    /** Returns whether the value is that of the system property. */
    boolean isProperty(Environment environment) {
        return environment.property(property) != null;
    }

    /** Returns the setting under the name by which it was found, for reports. */
    SettingSeen seen(Environment environment) {
        return SettingSeen.of(isProperty(environment) ? property : variable, raw(environment));
    }
}
