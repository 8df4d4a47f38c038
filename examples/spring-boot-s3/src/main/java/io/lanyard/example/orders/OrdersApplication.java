// SPDX-License-Identifier: Apache-2.0
package io.lanyard.example.orders;

import io.lanyard.spring.CredentialsEvent;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Serves orders from a bucket, with the pod's credentials, which it does not configure. */
@SpringBootApplication
@RestController
@RequestMapping("/orders")
public class OrdersApplication {

    private static final Logger LOG = LoggerFactory.getLogger(OrdersApplication.class);

    private final S3Client s3;
    private final String bucket;

    OrdersApplication(S3Client s3, @Value("${orders.bucket}") String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    public static void main(String[] arguments) {
        SpringApplication.run(OrdersApplication.class, arguments);
    }

    @GetMapping
    List<String> list() {
        return s3.listObjectsV2(request -> request.bucket(bucket).prefix("orders/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @GetMapping("/{number}")
    String read(@PathVariable("number") int number) {
        return s3.getObjectAsBytes(request -> request.bucket(bucket).key("orders/" + number + ".json"))
                .asUtf8String();
    }

    /** Logs credentials events. Optional: an outage is reported before callers notice it. */
    @EventListener
    void log(CredentialsEvent event) {
        LOG.info("{}", event);
    }
}
