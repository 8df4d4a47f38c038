// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import io.lanyard.spring.CredentialsEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import software.amazon.awssdk.services.s3.S3Client;

/** Reads S3 and imported configuration, and configures no credentials. */
@SpringBootApplication
@RestController
public class Application {

    private final S3Client s3;
    private final Environment environment;
    private final List<String> events = new CopyOnWriteArrayList<>();

    Application(S3Client s3, Environment environment) {
        this.s3 = s3;
        this.environment = environment;
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @GetMapping("/objects/{key}")
    String object(@PathVariable("key") String key) {
        return s3.getObjectAsBytes(request -> request.bucket("orders").key(key)).asUtf8String();
    }

    @GetMapping("/imported/{name}")
    String imported(@PathVariable("name") String name) {
        return environment.getProperty(name, "");
    }

    @GetMapping("/events")
    String events() {
        return String.join("\n", events);
    }

    @EventListener
    void receive(CredentialsEvent event) {
        events.add(event.toString());
    }
}
