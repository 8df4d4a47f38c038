// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Child;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.Fault;
import io.lanyard.testsupport.SocketTransportPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand fetches that fail in ten ways, by a JVM of its own, so that its descriptors are the client's alone; the
 * agents are in this one.
 */
@Tag("slow")
class DescriptorTest {

    private static final int FETCHES = 10_000;

    @Test
    void ten_thousand_failed_fetches_leave_no_descriptor_behind() throws Exception {
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("500", Fault.status(500));
        faults.put("404", Fault.status(404));
        faults.put("429", Fault.status(429).header("Retry-After", "1"));
        faults.put("reset", Fault.reset());
        faults.put("half body", Fault.halfBody());
        faults.put("reset in body", Fault.resetInBody());
        faults.put("garbage", Fault.garbage());
        faults.put("oversize", Fault.endless());
        faults.put("timeout", Fault.hang());
        List<EksPodIdentityAgent> agents = new ArrayList<>();
        try {
            List<String> command = new ArrayList<>(List.of(
                    Child.java(),
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx128m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    DescriptorProbe.class.getName(),
                    String.valueOf(FETCHES),
                    "http://127.0.0.1:" + SocketTransportPeer.deadPort() + "/"));
            for (Fault fault : faults.values()) {
                EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                agents.add(agent);
                agent.faults().always(fault);
                command.add(agent.credentialsUri().toString());
            }
            Child.Ended ended =
                    Child.run(new ProcessBuilder(command).redirectErrorStream(true), Duration.ofSeconds(90));

            assertThat(ended.output().strip())
                    .isEqualTo("fetches " + FETCHES + ", failed " + FETCHES + ", left 0, control 7");
            for (EksPodIdentityAgent agent : agents) {
                assertThat(agent.requests()).hasSizeGreaterThanOrEqualTo(FETCHES / (faults.size() + 1));
            }
        } finally {
            agents.forEach(EksPodIdentityAgent::close);
        }
    }
}
