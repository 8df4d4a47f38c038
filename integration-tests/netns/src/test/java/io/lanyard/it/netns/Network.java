// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import java.io.IOException;

/**
 * A node and a pod on it: two connected namespaces. The agents' addresses are in the node's namespace; the pod reaches
 * nothing else.
 */
final class Network implements AutoCloseable {
    private final Namespace node;
    private final Namespace pod;

    private Network(Namespace node, Namespace pod) {
        this.node = node;
        this.pod = pod;
    }

    /** Throws the machine's error if it does not allow the steps that a network needs. */
    static void probe() throws IOException, InterruptedException {
        try (Namespace trial = Namespace.create()) {
            trial.run("ip link add trial type veth");
            trial.run("ip address add fd00::1/64 dev trial nodad");
        }
    }

    static Network open() throws IOException, InterruptedException {
        Namespace node = Namespace.create();
        Namespace pod = node.beside();
        node.run("ip link add pod type veth peer name eth0 netns " + pod.pid());
        node.run("ip address add " + Address.EKS_IPV4 + "/24 dev pod");
        node.run("ip address add " + Address.ECS + "/24 dev pod");
        // nodad: without duplicate address detection the address can be used at once
        node.run("ip address add " + Address.EKS_IPV6 + "/64 dev pod nodad");
        node.run("ip link set pod up");
        pod.run("ip address add 169.254.170.100/24 dev eth0");
        pod.run("ip address add fd00:ec2::100/64 dev eth0 nodad");
        pod.run("ip link set eth0 up");
        pod.run("ip link set lo up");
        return new Network(node, pod);
    }

    Namespace node() {
        return node;
    }

    Namespace pod() {
        return pod;
    }

    /** Drops the pod's packets to this address from now on, by sending them to an unused hardware address. */
    void drop(Address address) throws IOException, InterruptedException {
        pod.run("ip neighbour replace " + address + " lladdr 02:00:00:00:00:01 dev eth0 nud permanent");
    }

    /** Undoes {@link #drop}. */
    void deliver(Address address) throws IOException, InterruptedException {
        pod.run("ip neighbour delete " + address + " dev eth0");
    }

    @Override
    public void close() {
        pod.close();
        node.close();
    }
}
