// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The cluster that the application runs in, and the started application. */
final class Running implements AutoCloseable {

    static final Path LOG = Path.of("target", "application.log");

    final EksPodIdentityAgent agent = EksPodIdentityAgent.start();
    final AwsServices aws = new AwsServices();
    private final ServiceAccountTokenFile token = ServiceAccountTokenFile.create("shop", "orders");
    private final List<ConfigurableApplicationContext> applications = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    Running() throws IOException {
        agent.associate("shop", "orders", "arn:aws:iam::111122223333:role/orders");
        agent.onIssued(aws::admit);
    }

    /** Starts the application with further properties. No source of this machine is in its chain. */
    ConfigurableApplicationContext start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--logging.file.name=" + LOG,
                "--logging.level.io.lanyard=debug",
                "--spring.cloud.aws.region.static=eu-central-1",
                "--spring.cloud.aws.endpoint=" + aws.endpoint(),
                "--lanyard.excluded-sources=system-properties,environment,web-identity,profile,instance-metadata",
                "--lanyard.container.full-uri=" + agent.credentialsUri(),
                "--lanyard.container.token-file=" + token.path()));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                .main(Application.class)
                .run(arguments.toArray(String[]::new));
        applications.add(application);
        port = application.getEnvironment().getRequiredProperty("local.server.port", int.class);
        return application;
    }

    record Answer(int status, String body) {}

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    Answer post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        applications.forEach(ConfigurableApplicationContext::close);
        token.close();
        agent.close();
        aws.close();
    }
}
