// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Environment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Static credentials from system properties or from environment variables. Properties are read for each resolve, because
 * they can be removed, and credentials are created from them when they have changed.
 */
final class SettingsSource implements ChainSource<AwsCredentialsIdentity> {

    private final boolean properties;
    private final Environment environment;
    private volatile @Nullable Known known;

    private SettingsSource(boolean properties, Environment environment) {
        this.properties = properties;
        this.environment = environment;
    }

    static SettingsSource systemProperties(Environment environment) {
        return new SettingsSource(true, environment);
    }

    static SettingsSource environment(Environment environment) {
        return new SettingsSource(false, environment);
    }

    @Override
    public Availability availability() {
        boolean key = value(SdkSetting.ACCESS_KEY_ID) != null;
        boolean secret = value(SdkSetting.SECRET_ACCESS_KEY) != null;
        if (key && secret) {
            return Availability.configured();
        }
        String keyName = name(SdkSetting.ACCESS_KEY_ID);
        String secretName = name(SdkSetting.SECRET_ACCESS_KEY);
        if (!key && !secret) {
            return Availability.notConfigured("");
        }
        String missing = key ? secretName : keyName;
        return Availability.incomplete(
                (key ? keyName : secretName) + " is set and " + missing + " is not",
                "set " + missing + " too, or unset both");
    }

    @Override
    public AwsCredentialsIdentity resolve() {
        return known().credentials;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        try {
            return known().future;
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public AwsCredentialsIdentity probe() {
        return resolve();
    }

    @Override
    public SourceDescription describe() {
        return SourceDescription.of(List.of(
                seen(SdkSetting.ACCESS_KEY_ID), seen(SdkSetting.SECRET_ACCESS_KEY), seen(SdkSetting.SESSION_TOKEN)));
    }

    @Override
    public Optional<AwsCredentialsIdentity> cached() {
        Known last = known;
        return last == null ? Optional.empty() : Optional.of(last.credentials);
    }

    @Override
    public void close() {
        known = null;
    }

    private Known known() {
        Known last = known;
        // reading a variable allocates, and those of a process do not change
        if (last != null && !properties) {
            return last;
        }
        String key = value(SdkSetting.ACCESS_KEY_ID);
        String secret = value(SdkSetting.SECRET_ACCESS_KEY);
        String token = value(SdkSetting.SESSION_TOKEN);
        String account = value(SdkSetting.ACCOUNT_ID);
        if (last != null && last.isOf(key, secret, token, account)) {
            return last;
        }
        AwsCredentialsProvider provider = properties
                ? SystemPropertyCredentialsProvider.create()
                : EnvironmentVariableCredentialsProvider.create();
        Known now;
        try {
            now = new Known(key, secret, token, account, provider.resolveCredentials());
        } catch (SdkClientException e) { // they are not both set, or were removed since they were read here
            throw Sources.notConfigured(name(SdkSetting.ACCESS_KEY_ID) + " and " + name(SdkSetting.SECRET_ACCESS_KEY)
                    + " are not both set");
        }
        known = now;
        return now;
    }

    private @Nullable String value(SdkSetting setting) {
        String value = raw(setting);
        return value == null || value.trim().isEmpty() ? null : value;
    }

    private @Nullable String raw(SdkSetting setting) {
        return properties ? environment.property(setting.property()) : environment.variable(setting.variable());
    }

    private String name(SdkSetting setting) {
        return properties ? setting.property() : setting.variable();
    }

    private SettingSeen seen(SdkSetting setting) {
        return SettingSeen.of(name(setting), raw(setting));
    }

    /** Credentials, and the values that they were created from. */
    private static final class Known {
        private final @Nullable String key;
        private final @Nullable String secret;
        private final @Nullable String token;
        private final @Nullable String account;
        private final AwsCredentialsIdentity credentials;
        private final CompletableFuture<AwsCredentialsIdentity> future;

        Known(
                @Nullable String key,
                @Nullable String secret,
                @Nullable String token,
                @Nullable String account,
                AwsCredentialsIdentity credentials) {
            this.key = key;
            this.secret = secret;
            this.token = token;
            this.account = account;
            this.credentials = credentials;
            this.future = CompletableFuture.completedFuture(credentials);
        }

        boolean isOf(@Nullable String key, @Nullable String secret, @Nullable String token, @Nullable String account) {
            return Objects.equals(this.key, key)
                    && Objects.equals(this.secret, secret)
                    && Objects.equals(this.token, token)
                    && Objects.equals(this.account, account);
        }
    }
}
