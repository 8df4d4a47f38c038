// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.IssuedCredentials;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Runs what a pod depends on: the agent with its association, the projected token, STS, and S3. A key works in S3 from
 * the moment it is issued until it expires.
 */
final class Cluster implements AutoCloseable {
    static final String NAMESPACE = "demo";
    static final String SERVICE_ACCOUNT = "orders";
    static final String ROLE = "arn:aws:iam::111122223333:role/orders";
    static final String ACCOUNT = "111122223333";
    static final String BUCKET = "demo-orders";
    static final int OBJECTS = 3;
    static final Region REGION = Region.EU_CENTRAL_1;
    /** More than 15 s: the agent never returns credentials that expire sooner. */
    static final Duration CREDENTIAL_LIFETIME = Duration.ofSeconds(20);

    /** The access key that the application uses before it moves to Pod Identity. */
    static final String OLD_KEY = "AKIADEMOOLDLONGTERM0";

    private static final String OLD_SECRET = "old CANARY secret";
    private static final Duration SABOTAGED_LIFETIME = Duration.ofSeconds(3);

    private final Sabotage sabotage;
    private final ObjectStore store;
    private final ServiceAccountTokenFile tokenFile;
    private final EksPodIdentityAgent agent;
    private final StsService sts;
    private final List<String> tokenIds = new ArrayList<>();
    private final ScheduledExecutorService revoker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "revoker");
        thread.setDaemon(true);
        return thread;
    });

    private Cluster(Sabotage sabotage, Consumer<Event> events) throws IOException {
        this.sabotage = sabotage;
        this.store = ObjectStore.start(sabotage == Sabotage.OPEN_DOOR);
        this.tokenFile = ServiceAccountTokenFile.create(
                ServiceAccountTokens.create().withRegion(REGION.id()),
                NAMESPACE,
                SERVICE_ACCOUNT,
                Duration.ofHours(24));
        this.agent = EksPodIdentityAgent.builder().cluster("demo").start();
        agent.associate(NAMESPACE, SERVICE_ACCOUNT, ROLE);
        agent.credentialLifetime(CREDENTIAL_LIFETIME);
        this.sts = StsService.start();
        agent.onIssued(issued -> admit(issued, events));
        tokenIds.add(token().id());
    }

    static Cluster start(Sabotage sabotage, Consumer<Event> events) throws IOException {
        Cluster cluster = new Cluster(sabotage, events);
        cluster.stock();
        return cluster;
    }

    /** Claims of the projected token; never the token itself. */
    record Token(String id, String subject, Instant expiration) {}

    EksPodIdentityAgent agent() {
        return agent;
    }

    ObjectStore store() {
        return store;
    }

    ServiceAccountTokenFile tokenFile() {
        return tokenFile;
    }

    /** Returns the ids of all tokens that the file has held, the current one last. */
    List<String> tokenIds() {
        return List.copyOf(tokenIds);
    }

    /** Returns the variables that the Pod Identity webhook sets for {@code demo/orders}. */
    Map<String, String> podEnvironment() {
        Map<String, String> environment = new LinkedHashMap<>(agent.environmentFor(tokenFile));
        environment.put("AWS_REGION", REGION.id());
        return environment;
    }

    /** Registers the old key and returns the environment of a pod that uses it. */
    Map<String, String> oldEnvironment() {
        store.allow(OLD_KEY, OLD_SECRET, null);
        sts.register(OLD_KEY, "arn:aws:iam::" + ACCOUNT + ":user/orders");
        return withSts(
                Map.of("AWS_ACCESS_KEY_ID", OLD_KEY, "AWS_SECRET_ACCESS_KEY", OLD_SECRET, "AWS_REGION", REGION.id()));
    }

    /** Returns these variables and the STS endpoint. */
    Map<String, String> withSts(Map<String, String> environment) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put("AWS_ENDPOINT_URL_STS", sts.endpoint().toString());
        return all;
    }

    void revokeOldKey() {
        store.revoke(OLD_KEY);
    }

    Token token() throws IOException {
        String payload = Files.readString(tokenFile.path()).split("\\.", 3)[1];
        String claims = new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
        return new Token(
                claim(claims, "\"jti\":\"([^\"]+)\""),
                claim(claims, "\"sub\":\"([^\"]+)\""),
                Instant.ofEpochSecond(Long.parseLong(claim(claims, "\"exp\":(\\d+)"))));
    }

    private static String claim(String claims, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(claims);
        return matcher.find() ? matcher.group(1) : "0";
    }

    /** Replaces the token as the kubelet does. Returns the new token's id. */
    String rotateToken() throws IOException {
        if (sabotage != Sabotage.NO_ROTATION) {
            tokenFile.rotate();
        }
        String id = token().id();
        tokenIds.add(id);
        return id;
    }

    /** Calls S3 with these credentials. Returns the error, or "accepted". */
    String probe(AwsCredentials credentials) {
        try (S3Client s3 = client(credentials)) {
            s3.listObjectsV2(request -> request.bucket(BUCKET));
            return "accepted";
        } catch (S3Exception e) {
            return e.statusCode() + " " + e.awsErrorDetails().errorCode();
        } catch (SdkException e) {
            return e.getClass().getSimpleName();
        }
    }

    private void admit(IssuedCredentials issued, Consumer<Event> events) {
        store.allow(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
        sts.register(issued);
        Instant expiration =
                sabotage == Sabotage.EARLY_REVOCATION ? Instant.now().plus(SABOTAGED_LIFETIME) : issued.expiration();
        long left = Math.max(0, Duration.between(Instant.now(), expiration).toNanos());
        events.accept(new Event.Issued(issued));
        var unused = revoker.schedule(
                () -> {
                    store.revoke(issued.accessKeyId());
                    events.accept(new Event.Revoked(issued.accessKeyId()));
                },
                left,
                TimeUnit.NANOSECONDS);
    }

    /** Puts the orders into the bucket with a key that is revoked afterwards. */
    private void stock() {
        String key = "AKIADEMOSTOCKKEEPER0";
        store.allow(key, "stock", null);
        try (S3Client s3 = client(AwsBasicCredentials.create(key, "stock"))) {
            s3.createBucket(request -> request.bucket(BUCKET));
            for (int i = 1; i <= OBJECTS; i++) {
                String name = "orders/" + (1000 + i) + ".json";
                String body = "{\"order\":" + (1000 + i) + ",\"status\":\"shipped\"}";
                s3.putObject(request -> request.bucket(BUCKET).key(name), RequestBody.fromString(body));
            }
        }
        store.revoke(key);
    }

    private S3Client client(AwsCredentials credentials) {
        return S3Client.builder()
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .region(REGION)
                .endpointOverride(store.endpoint())
                .forcePathStyle(true)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .proxyConfiguration(ProxyConfiguration.builder()
                                .useSystemPropertyValues(false)
                                .useEnvironmentVariablesValues(false)
                                .build()))
                .build();
    }

    @Override
    public void close() {
        revoker.shutdownNow();
        agent.close();
        sts.close();
        tokenFile.close();
        store.close();
    }
}
