// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleWithWebIdentityCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

/** Uses the AWS SDK's client, and plain HTTP only for requests that the SDK cannot send. */
@Timeout(60)
class StsServiceTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/team/Cart";
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00.250Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final StsService sts = StsService.builder().clock(now::get).start();
    private final ServiceAccountTokens.Draft token = ServiceAccountTokens.create()
            .withClock(now::get)
            .token("shop", "cart")
            .audience("sts.amazonaws.com");
    private final StsClient anonymous = client(AnonymousCredentialsProvider.create());

    @AfterEach
    void close() {
        anonymous.close();
        sts.close();
    }

    private StsClient client(IdentityProvider<? extends AwsCredentialsIdentity> credentials) {
        return StsClient.builder()
                .region(Region.US_WEST_2)
                .endpointOverride(sts.endpoint())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(settings -> settings.retryStrategy(retry -> retry.maxAttempts(1)))
                .credentialsProvider(credentials)
                .build();
    }

    private GetCallerIdentityResponse identity(AwsCredentials credentials) {
        try (StsClient client = client(StaticCredentialsProvider.create(credentials))) {
            return client.getCallerIdentity();
        }
    }

    private StsException refusal(AwsCredentials credentials) {
        return catchThrowableOfType(StsException.class, () -> identity(credentials));
    }

    private AssumeRoleWithWebIdentityResponse assume(String webIdentityToken) {
        return anonymous.assumeRoleWithWebIdentity(
                request -> request.roleArn(ROLE).roleSessionName("cart-1").webIdentityToken(webIdentityToken));
    }

    private StsException refusal(String webIdentityToken) {
        return catchThrowableOfType(StsException.class, () -> assume(webIdentityToken));
    }

    private static AwsSessionCredentials session(IssuedCredentials issued) {
        return AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
    }

    @Test
    void a_service_account_assumes_a_role_that_trusts_it() {
        sts.allow(ROLE, "shop", "cart");
        AssumeRoleWithWebIdentityResponse response = assume(token.issue());
        IssuedCredentials issued = sts.issued().get(0);
        assertThat(response.credentials().accessKeyId()).isEqualTo(issued.accessKeyId());
        assertThat(response.credentials().secretAccessKey()).isEqualTo(issued.secretAccessKey());
        assertThat(response.credentials().sessionToken()).isEqualTo(issued.sessionToken());
        assertThat(response.credentials().expiration()).isEqualTo("2026-11-22T06:00:00Z");
        assertThat(response.audience()).isEqualTo("sts.amazonaws.com");
        assertThat(response.subjectFromWebIdentityToken()).isEqualTo("system:serviceaccount:shop:cart");
        assertThat(response.assumedRoleUser().arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/Cart/cart-1");
        assertThat(response.assumedRoleUser().assumedRoleId()).matches("AROA[0-9A-F]{17}:cart-1");
        assertThat(response.provider())
                .startsWith("arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/");
        assertThat(response.responseMetadata().requestId()).matches("[0-9a-f-]{36}");

        GetCallerIdentityResponse identity = identity(session(issued));
        assertThat(identity.arn()).isEqualTo(response.assumedRoleUser().arn());
        assertThat(identity.userId()).isEqualTo(response.assumedRoleUser().assumedRoleId());
        assertThat(identity.account()).isEqualTo("111122223333");
    }

    @Test
    void a_role_rejects_other_service_accounts() {
        sts.allow(ROLE, "shop", "checkout");
        sts.allow("arn:aws:iam::111122223333:role/Other", "shop", "cart");
        StsException refusal = refusal(token.issue());
        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(refusal.requestId()).matches("[0-9a-f-]{36}");
        assertThat(sts.issued()).isEmpty();
    }

    @Test
    void a_token_is_checked_before_the_role() {
        assertThat(refusal(token.lifetime(Duration.ZERO).issue())
                        .awsErrorDetails()
                        .errorCode())
                .isEqualTo("ExpiredTokenException");
        for (String bad : new String[] {
            "no.jwt",
            token.audience("pods.eks.amazonaws.com").issue(),
            token.notBefore(Duration.ofMinutes(1)).issue()
        }) {
            assertThat(refusal(bad).awsErrorDetails().errorCode()).isEqualTo("InvalidIdentityToken");
        }
        assertThat(refusal("").awsErrorDetails().errorCode()).isEqualTo("ValidationError");
    }

    @Test
    void the_requested_duration_is_limited_by_the_lifetime() {
        sts.allow(ROLE, "shop", "cart");
        sts.credentialLifetime(Duration.ofMinutes(20));
        anonymous.assumeRoleWithWebIdentity(request ->
                request.roleArn(ROLE).roleSessionName("a").durationSeconds(900).webIdentityToken(token.issue()));
        anonymous.assumeRoleWithWebIdentity(request ->
                request.roleArn(ROLE).roleSessionName("a").durationSeconds(3600).webIdentityToken(token.issue()));
        assertThat(sts.issued())
                .extracting(IssuedCredentials::expiration)
                .containsExactly(Instant.parse("2026-11-22T05:15:00Z"), Instant.parse("2026-11-22T05:20:00Z"));
    }

    @Test
    void registered_credentials_of_another_server_have_an_identity() throws Exception {
        try (InstanceMetadataService metadata = InstanceMetadataService.start(ROLE)) {
            metadata.onIssued(sts::register);
            String target = "/latest/meta-data/iam/security-credentials/Cart";
            String token = InstanceMetadataServiceTest.token(metadata);
            InstanceMetadataServiceTest.get(metadata, target, token);
            AwsSessionCredentials credentials = session(metadata.issued().get(0));
            assertThat(identity(credentials).arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/Cart/testkit");

            AwsBasicCredentials withoutToken =
                    AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey());
            assertThat(refusal(withoutToken).awsErrorDetails().errorCode()).isEqualTo("InvalidClientTokenId");
            now.set(metadata.issued().get(0).expiration());
            assertThat(refusal(credentials).awsErrorDetails().errorCode()).isEqualTo("ExpiredToken");
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void registered_credentials_of_a_pod_have_the_session_of_eks_auth() throws Exception {
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile file = ServiceAccountTokenFile.create("shop", "cart")) {
            agent.associate("shop", "cart", ROLE);
            agent.onIssued(sts::register);
            AwsCredentials credentials = SdkSettings.with(agent.environmentFor(file), () -> {
                try (var provider = ContainerCredentialsProvider.create()) {
                    return provider.resolveCredentials();
                }
            });
            assertThat(identity(credentials).arn()).startsWith("arn:aws:sts::111122223333:assumed-role/Cart/eks-");
        }
    }

    @Test
    void a_registered_long_term_key_belongs_to_a_user_and_may_assume_a_role() {
        AwsBasicCredentials user = AwsBasicCredentials.create("AKIACANARY0000000001", "CANARY");
        assertThat(refusal(user).awsErrorDetails().errorCode()).isEqualTo("InvalidClientTokenId");
        sts.register("AKIACANARY0000000001", "arn:aws:iam::111122223333:user/deploy");
        assertThat(identity(user).arn()).isEqualTo("arn:aws:iam::111122223333:user/deploy");
        try (StsClient client = client(StaticCredentialsProvider.create(user))) {
            AssumeRoleResponse response =
                    client.assumeRole(request -> request.roleArn(ROLE).roleSessionName("deploy-1"));
            assertThat(response.assumedRoleUser().arn())
                    .isEqualTo("arn:aws:sts::111122223333:assumed-role/Cart/deploy-1");
            assertThat(identity(session(sts.issued().get(0))).arn())
                    .isEqualTo(response.assumedRoleUser().arn());
            StsException refusal = catchThrowableOfType(
                    StsException.class,
                    () -> client.assumeRole(request -> request.roleArn("Cart").roleSessionName("deploy-1")));
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("ValidationError");
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_error_reaches_the_sdk_with_its_code(StsError error) {
        sts.allow(ROLE, "shop", "cart");
        sts.faults().next(error.fault());
        StsException refusal = refusal(token.issue());
        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(error.code());
        assertThat(refusal.isThrottlingException()).isEqualTo(error == StsError.THROTTLING);
        assertThat(assume(token.issue()).credentials()).isNotNull();
    }

    @Test
    void GET_requests_are_served_and_records_contain_no_secret() throws Exception {
        sts.allow(ROLE, "shop", "cart");
        String jwt = token.issue();
        String get = "GET /?Version=2011-06-15&Action=AssumeRoleWithWebIdentity&RoleSessionName=a&RoleArn=" + ROLE
                + "&WebIdentityToken=" + jwt + " HTTP/1.1\r\nHost: a\r\n\r\n";
        assertThat(RawClient.exchange(sts.port(), get)).startsWith("HTTP/1.1 200 OK\r\n");
        identity(session(sts.issued().get(0)));
        String jti = Jwt.parse(jwt).text("jti");
        String host = "127.0.0.1:" + sts.port();
        String accessKeyId = sts.issued().get(0).accessKeyId();
        assertThat(sts.requests())
                .containsExactly(
                        new RecordedRequest(NOW, "GET", "/?Action=AssumeRoleWithWebIdentity", "a", true, jti, 200),
                        new RecordedRequest(NOW, "POST", "/?Action=GetCallerIdentity", host, true, accessKeyId, 200));
    }

    @Test
    void unknown_actions_and_unsigned_requests_are_rejected() throws Exception {
        for (String target : new String[] {"/", "/?Action=GetSessionToken", "/?%zz", "/?Action=%zz"}) {
            assertThat(RawClient.exchange(sts.port(), "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("<Code>InvalidAction</Code>");
        }
        assertThat(RawClient.exchange(sts.port(), "GET /?Action=GetCallerIdentity HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 403 ")
                .contains("<Code>MissingAuthenticationToken</Code>");
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void the_sdk_finds_the_service_by_the_variables_of_a_pod() throws Exception {
        sts.allow(ROLE, "shop", "cart");
        try (ServiceAccountTokenFile file = ServiceAccountTokenFile.create(token)) {
            AwsCredentials credentials = SdkSettings.with(sts.environmentFor(ROLE, file.path()), () -> {
                try (var provider = WebIdentityTokenFileCredentialsProvider.create()) {
                    return provider.resolveCredentials();
                }
            });
            assertThat(credentials.accessKeyId()).isEqualTo(sts.issued().get(0).accessKeyId());
        }
    }

    @Test
    void the_sdk_assumes_a_role_after_throttling_ends() {
        sts.allow(ROLE, "shop", "cart");
        try (StsAssumeRoleWithWebIdentityCredentialsProvider provider =
                StsAssumeRoleWithWebIdentityCredentialsProvider.builder()
                        .stsClient(anonymous)
                        .refreshRequest(request ->
                                request.roleArn(ROLE).roleSessionName("a").webIdentityToken(token.issue()))
                        .build()) {
            sts.faults().next(StsError.THROTTLING.fault());
            StsException throttled = catchThrowableOfType(StsException.class, provider::resolveCredentials);
            assertThat(throttled.awsErrorDetails().errorCode()).isEqualTo("Throttling");
            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(sts.issued().get(0).accessKeyId());
        }
    }
}
