// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.InstanceProfileRegionProvider;

@Timeout(60)
class InstanceMetadataServiceTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/node/Node";
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
    private static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
    private static final String EXTENDED = "/latest/meta-data/iam/security-credentials-extended/";

    static String token(InstanceMetadataService metadata) throws IOException {
        String answer = put(metadata, "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n");
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static String put(InstanceMetadataService metadata, String header) throws IOException {
        return RawClient.exchange(
                metadata.port(), "PUT /latest/api/token HTTP/1.1\r\nHost: 169.254.169.254\r\n" + header + "\r\n");
    }

    static String get(InstanceMetadataService metadata, String target, String token) throws IOException {
        String header = token.isEmpty() ? "" : "X-aws-ec2-metadata-token: " + token + "\r\n";
        return RawClient.exchange(
                metadata.port(), "GET " + target + " HTTP/1.1\r\nHost: 169.254.169.254\r\n" + header + "\r\n");
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void the_sdk_resolves_the_credentials_of_the_nodes_role() throws Exception {
        try (InstanceMetadataService metadata = InstanceMetadataService.start(ROLE)) {
            metadata.credentialLifetime(Duration.ofHours(2));
            AwsCredentials credentials = resolve(metadata);
            IssuedCredentials issued = metadata.issued().get(0);
            assertThat(credentials.accessKeyId()).isEqualTo(issued.accessKeyId());
            assertThat(credentials.secretAccessKey()).isEqualTo(issued.secretAccessKey());
            assertThat(credentials.expirationTime()).contains(issued.expiration());
            assertThat(metadata.requests())
                    .extracting(RecordedRequest::target)
                    .containsExactly("/latest/api/token", CREDENTIALS, CREDENTIALS + "Node");
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void the_sdk_fails_for_an_instance_without_a_role() {
        try (InstanceMetadataService metadata = InstanceMetadataService.start(ROLE)) {
            metadata.removeRole();
            assertThatThrownBy(() -> resolve(metadata)).isInstanceOf(SdkClientException.class);
            assertThat(metadata.requests()).extracting(RecordedRequest::status).containsExactly(200, 404);
        }
    }

    private static AwsCredentials resolve(InstanceMetadataService metadata) throws Exception {
        return SdkSettings.with(metadata.environment(), () -> {
            try (var provider = InstanceProfileCredentialsProvider.create()) {
                return provider.resolveCredentials();
            }
        });
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void the_sdk_resolves_the_region() throws Exception {
        try (InstanceMetadataService metadata =
                InstanceMetadataService.builder().region("eu-central-1").start()) {
            assertThat(SdkSettings.with(metadata.environment(), () -> new InstanceProfileRegionProvider().getRegion()))
                    .isEqualTo(Region.EU_CENTRAL_1);
        }
    }

    @Test
    void version_2_requires_a_token_that_it_issued_and_that_has_not_expired() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        try (InstanceMetadataService metadata =
                InstanceMetadataService.builder().clock(now::get).start()) {
            metadata.role(ROLE);
            String token = token(metadata);
            assertThat(get(metadata, CREDENTIALS, token))
                    .startsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
                    .endsWith("\r\n\r\nNode");
            assertThat(get(metadata, CREDENTIALS, "")).startsWith("HTTP/1.1 401 Unauthorized\r\n");
            assertThat(get(metadata, CREDENTIALS, "another")).startsWith("HTTP/1.1 401 ");
            now.set(NOW.plus(Duration.ofHours(6)));
            assertThat(get(metadata, CREDENTIALS, token)).startsWith("HTTP/1.1 401 ");
            assertThat(metadata.requests().get(1))
                    .extracting(RecordedRequest::authorized, RecordedRequest::target)
                    .containsExactly(true, CREDENTIALS);
            assertThat(metadata.requests().toString()).doesNotContain("CANARY");
        }
    }

    @Test
    void version_1_needs_no_token_but_checks_a_given_one() throws Exception {
        try (InstanceMetadataService metadata =
                InstanceMetadataService.builder().version1().start()) {
            metadata.role(ROLE);
            assertThat(get(metadata, CREDENTIALS, "")).endsWith("\r\n\r\nNode");
            assertThat(get(metadata, CREDENTIALS, "another")).startsWith("HTTP/1.1 401 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "21601", "x", "-1", "999999"})
    void a_token_lifetime_is_between_one_second_and_six_hours(String life) throws Exception {
        try (InstanceMetadataService metadata = InstanceMetadataService.start(ROLE)) {
            String header = life.isEmpty() ? "" : "X-aws-ec2-metadata-token-ttl-seconds: " + life + "\r\n";
            assertThat(put(metadata, header)).startsWith("HTTP/1.1 400 Bad Request\r\n");
            assertThat(get(metadata, "/latest/api/token", "")).startsWith("HTTP/1.1 405 ");
        }
    }

    @Test
    void the_extended_path_adds_the_account_to_credentials() throws Exception {
        try (InstanceMetadataService metadata =
                InstanceMetadataService.builder().extendedCredentials().start()) {
            metadata.role(ROLE);
            String token = token(metadata);
            assertThat(get(metadata, CREDENTIALS + "Node", token))
                    .contains(
                            "\"Code\" : \"Success\"",
                            "\"LastUpdated\" : \"",
                            "\"Type\" : \"AWS-HMAC\"",
                            "\"Token\" : \"")
                    .doesNotContain("AccountId")
                    .endsWith("\"\n}");
            assertThat(get(metadata, EXTENDED, token)).endsWith("\r\n\r\nNode");
            assertThat(get(metadata, EXTENDED + "Node", token)).endsWith(",\n  \"AccountId\" : \"111122223333\"\n}");
        }
    }

    @Test
    void unknown_paths_are_not_found() throws Exception {
        try (InstanceMetadataService metadata = InstanceMetadataService.start(ROLE)) {
            String token = token(metadata);
            for (String target : new String[] {"/", CREDENTIALS + "Other", EXTENDED, "/latest/meta-data/iam/"}) {
                assertThat(get(metadata, target, token)).startsWith("HTTP/1.1 404 Not Found\r\n");
            }
            metadata.removeRole();
            assertThat(get(metadata, CREDENTIALS, token)).startsWith("HTTP/1.1 404 ");
            assertThat(get(metadata, "/latest/dynamic/instance-identity/document", token))
                    .contains("\"region\" : \"us-west-2\"");
        }
    }
}
