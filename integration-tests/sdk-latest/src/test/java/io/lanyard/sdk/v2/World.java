// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.IssuedCredentials;
import io.lanyard.testkit.StsError;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Everything that a process could get credentials from: services on loopback, files and tokens. */
final class World implements AutoCloseable {

    static final String IRSA_ROLE = "arn:aws:iam::111122223333:role/irsa";
    static final String FORBIDDEN_ROLE = "arn:aws:iam::111122223333:role/forbidden";
    static final String PROFILE_ROLE = "arn:aws:iam::222233334444:role/profile";
    static final String POD_ROLE = "arn:aws:iam::333344445555:role/pod";
    static final String TASK_ROLE = "arn:aws:iam::444455556666:role/task";
    static final String NODE_ROLE = "arn:aws:iam::555566667777:role/node";

    final StsService sts = StsService.start();
    final InstanceMetadataService metadata = InstanceMetadataService.start(NODE_ROLE);
    final EksPodIdentityAgent eks = EksPodIdentityAgent.start();
    final EcsCredentialsAgent ecs = EcsCredentialsAgent.start();
    final String task = ecs.task(TASK_ROLE);
    final ServiceAccountTokenFile podToken = ServiceAccountTokenFile.create("shop", "cart");
    final ServiceAccountTokenFile strangersToken = ServiceAccountTokenFile.create("shop", "stranger");

    final Path home;
    final Path irsaToken;

    /** Where nobody listens. */
    final int closedPort;

    World() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
            home = Files.createTempDirectory("lanyard-home-");
            Files.createDirectory(home.resolve(".aws"));
            irsaToken = Files.writeString(
                    home.resolve("irsa-token"),
                    ServiceAccountTokens.create()
                            .token("shop", "cart")
                            .audience("sts.amazonaws.com")
                            .issue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        eks.associate("shop", "cart", POD_ROLE);
        sts.allow(IRSA_ROLE, "shop", "cart");
        sts.allow(PROFILE_ROLE, "shop", "cart");
        Stream.of("AKIABASE", "AKIAPROFILE", "AKIAPROCESS")
                .forEach(key -> sts.register(key, "arn:aws:iam::111122223333:user/" + key));
        Stream.of(metadata, eks, ecs).forEach(server -> server.onIssued(sts::register));
    }

    /** Makes STS refuse everybody, or nobody. */
    void throttle(boolean throttled) {
        sts.faults().clear();
        if (throttled) {
            sts.faults().always(StsError.THROTTLING.fault());
        }
    }

    /** What lets a test wait for nothing, and keeps every SDK on this machine. */
    Map<String, String> quickAndHere() {
        return Map.of(
                "aws.region", "us-west-2",
                "aws.maxAttempts", "1",
                "aws.endpointUrlSts", sts.endpoint().toString());
    }

    void writeFile(String name, String content) {
        try {
            Files.writeString(home.resolve(".aws").resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String readFile(String name) {
        try {
            return Files.readString(home.resolve(".aws").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void deleteFile(String name) {
        try {
            Files.deleteIfExists(home.resolve(".aws").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String closedUri() {
        return "http://127.0.0.1:" + closedPort;
    }

    List<IssuedCredentials> issued() {
        return Stream.of(sts, metadata, eks, ecs)
                .flatMap(server -> server.issued().stream())
                .toList();
    }

    @Override
    public void close() {
        Stream.of(sts, metadata, eks, ecs).forEach(io.lanyard.testkit.CredentialsServer::close);
        podToken.close();
        strangersToken.close();
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
