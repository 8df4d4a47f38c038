// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What servers saw and gave, in the order of time: for a person who wants to know why a test failed, and for a test that
 * wants to say what it expects. Tokens are named by their ids, identities by their access key ids; no secret is in it.
 *
 * <p>Immutable: what happens later is in a later one. The checks throw an {@link AssertionError} that shows all of it.
 */
public final class Timeline {

    private static final Timeline EMPTY = new Timeline(List.of(), List.of(), List.of());

    private final List<Entry> entries;
    private final List<RecordedRequest> requests;
    private final List<IssuedCredentials> identities;

    private record Entry(Instant at, String text) {}

    private Timeline(List<Entry> entries, List<RecordedRequest> requests, List<IssuedCredentials> identities) {
        this.entries = entries.stream().sorted(Comparator.comparing(Entry::at)).toList();
        this.requests = requests.stream()
                .sorted(Comparator.comparing(RecordedRequest::arrived))
                .toList();
        this.identities = List.copyOf(identities);
    }

    /**
     * A timeline of nothing.
     *
     * @return always the same
     */
    public static Timeline empty() {
        return EMPTY;
    }

    /**
     * What a server has seen so far.
     *
     * @param server an agent, STS or the instance metadata service
     * @return its timeline
     */
    public static Timeline of(CredentialsServer server) {
        return EMPTY.with(server);
    }

    /**
     * What a cluster's agent and EKS Auth have seen so far.
     *
     * @param cluster the cluster
     * @return its timeline
     */
    public static Timeline of(EksCluster cluster) {
        return EMPTY.with(cluster);
    }

    /**
     * This and what a server has seen so far.
     *
     * @param server another
     * @return a new timeline
     */
    public Timeline with(CredentialsServer server) {
        String name = server.getClass().getSimpleName();
        List<RecordedRequest> seen = server.requests();
        return new Timeline(
                both(entries, seen.stream().map(request -> entry(name, request)).toList()),
                both(requests, seen),
                both(identities, server.issued()));
    }

    /**
     * This and what a cluster's agent and EKS Auth have seen so far.
     *
     * @param cluster another
     * @return a new timeline
     */
    public Timeline with(EksCluster cluster) {
        Timeline ofAgent = with(cluster.agent());
        List<Entry> calls = cluster.eksAuth().calls().stream()
                .map(call -> new Entry(call.arrived(), "EKS Auth: " + call.answer() + ", token " + call.tokenId()))
                .toList();
        return new Timeline(both(ofAgent.entries, calls), ofAgent.requests, ofAgent.identities);
    }

    /**
     * The requests, in the order in which they arrived.
     *
     * @return what is recorded of each
     */
    public List<RecordedRequest> requests() {
        return requests;
    }

    /**
     * The ids of the tokens that were shown, each once, in the order in which they first were.
     *
     * @return {@code jti}s, or digests of tokens without one
     */
    public List<String> tokenIds() {
        return requests.stream()
                .map(RecordedRequest::tokenId)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /**
     * The identities that were made, in that order for each server.
     *
     * @return the credentials with their roles
     */
    public List<IssuedCredentials> identities() {
        return identities;
    }

    /**
     * Checks how many requests there were.
     *
     * @param count the number
     * @return this
     */
    public Timeline hasRequests(int count) {
        return check(requests.size() == count, "expected " + count + " requests, and there were " + requests.size());
    }

    /**
     * Checks the statuses that were answered.
     *
     * @param statuses all of them, in order
     * @return this
     */
    public Timeline hasAnswered(Integer... statuses) {
        List<Integer> answered = requests.stream().map(RecordedRequest::status).toList();
        return check(answered.equals(List.of(statuses)), "expected " + List.of(statuses) + ", and it was " + answered);
    }

    /**
     * Checks how many different tokens were shown.
     *
     * @param count the number; after one rotation that was noticed, 2
     * @return this
     */
    public Timeline hasTokens(int count) {
        return check(tokenIds().size() == count, "expected " + count + " tokens, and they were " + tokenIds());
    }

    /**
     * Checks whom the identities that were made stand for.
     *
     * @param roleArns the roles of all of them, in order
     * @return this
     */
    public Timeline hasIdentitiesOf(String... roleArns) {
        List<String> roles = identities.stream().map(IssuedCredentials::roleArn).toList();
        return check(roles.equals(List.of(roleArns)), "expected " + List.of(roleArns) + ", and they were " + roles);
    }

    private Timeline check(boolean so, String complaint) {
        if (!so) {
            throw new AssertionError(complaint + System.lineSeparator() + this);
        }
        return this;
    }

    /** A line for each request and each call of EKS Auth, then one for each identity. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        entries.forEach(entry -> lines.add(entry.at + "  " + entry.text));
        identities.forEach(identity -> lines.add("made " + identity));
        return lines.isEmpty() ? "nothing" : String.join(System.lineSeparator(), lines);
    }

    private static Entry entry(String server, RecordedRequest request) {
        String token = request.tokenId() == null ? "no token" : "token " + request.tokenId();
        String answer = request.status() == 0 ? "no status" : Integer.toString(request.status());
        return new Entry(
                request.arrived(),
                server + ": " + request.method() + " " + request.target() + ", " + token + " -> " + answer);
    }

    private static <T> List<T> both(List<T> some, List<T> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
