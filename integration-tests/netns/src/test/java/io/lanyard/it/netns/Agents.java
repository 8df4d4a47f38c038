// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import io.lanyard.testkit.CredentialsServer;
import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksPodIdentityAgent;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;

/**
 * Runs the agents of a node in a separate JVM. Once they listen, it prints the relative URI of the ECS task, and then
 * {@code issued}, the agent and the access key id of all issued credentials.
 */
final class Agents {
    static final String NAMESPACE = "shop";
    static final String SERVICE_ACCOUNT = "cart";

    private static final int PORT = 80;
    private static final String ROLE = "arn:aws:iam::111122223333:role/Cart";

    private Agents() {}

    /**
     * Runs until stdin ends.
     *
     * @param arguments the lifetime of the credentials
     */
    public static void main(String[] arguments) throws IOException {
        Duration lifetime = Duration.parse(arguments[0]);
        for (Address address : List.of(Address.EKS_IPV4, Address.EKS_IPV6)) {
            EksPodIdentityAgent eks = EksPodIdentityAgent.builder()
                    .address(address.inet())
                    .port(PORT)
                    .strictHost()
                    .start();
            eks.associate(NAMESPACE, SERVICE_ACCOUNT, ROLE);
            report(eks, address, lifetime);
        }
        EcsCredentialsAgent ecs = EcsCredentialsAgent.builder()
                .address(Address.ECS.inet())
                .port(PORT)
                .start();
        report(ecs, Address.ECS, lifetime);
        say(ecs.task(ROLE));
        System.in.transferTo(OutputStream.nullOutputStream());
    }

    private static void report(CredentialsServer agent, Address address, Duration lifetime) {
        agent.credentialLifetime(lifetime);
        agent.onIssued(issued -> say("issued " + address.name() + " " + issued.accessKeyId()));
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
