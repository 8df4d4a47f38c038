// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The requests and issued credentials of servers in chronological order, for assertions and for reading after a failed
 * test. Shows token IDs and access key IDs, no secrets.
 *
 * <p>Immutable: a timeline does not contain later requests. The checks throw an {@link AssertionError} that shows the whole
 * timeline.
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
     * Returns an empty timeline.
     *
     * @return always the same object
     */
    public static Timeline empty() {
        return EMPTY;
    }

    /**
     * Returns the timeline of a server so far.
     *
     * @param server an agent, STS or the instance metadata service
     * @return its timeline
     */
    public static Timeline of(CredentialsServer server) {
        return EMPTY.with(server);
    }

    /**
     * Returns the timeline of a cluster's agent and EKS Auth so far.
     *
     * @param cluster the cluster
     * @return its timeline
     */
    public static Timeline of(EksCluster cluster) {
        return EMPTY.with(cluster);
    }

    /**
     * Adds the timeline of a server so far.
     *
     * @param server another server
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
     * Adds the timeline of a cluster's agent and EKS Auth so far.
     *
     * @param cluster another cluster
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
     * Returns the requests in order of arrival.
     *
     * @return the recorded requests
     */
    public List<RecordedRequest> requests() {
        return requests;
    }

    /**
     * Returns the IDs of the tokens in the requests, each once, in order of their first request.
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
     * Returns the issued credentials, in order for each server.
     *
     * @return the credentials with their roles
     */
    public List<IssuedCredentials> identities() {
        return identities;
    }

    /**
     * Checks the number of requests.
     *
     * @param count the expected number
     * @return this
     */
    public Timeline hasRequests(int count) {
        return check(requests.size() == count, "expected " + count + " requests, but there were " + requests.size());
    }

    /**
     * Checks the statuses of all answers.
     *
     * @param statuses the expected statuses, in order
     * @return this
     */
    public Timeline hasAnswered(Integer... statuses) {
        List<Integer> answered = requests.stream().map(RecordedRequest::status).toList();
        return check(
                answered.equals(List.of(statuses)),
                "expected statuses " + List.of(statuses) + ", but they were " + answered);
    }

    /**
     * Checks the number of different tokens in the requests.
     *
     * @param count the expected number; 2 if the client has used a token and its successor
     * @return this
     */
    public Timeline hasTokens(int count) {
        return check(tokenIds().size() == count, "expected " + count + " tokens, but they were " + tokenIds());
    }

    /**
     * Checks the roles of all issued credentials.
     *
     * @param roleArns the expected roles, in order
     * @return this
     */
    public Timeline hasIdentitiesOf(String... roleArns) {
        List<String> roles = identities.stream().map(IssuedCredentials::roleArn).toList();
        return check(
                roles.equals(List.of(roleArns)), "expected roles " + List.of(roleArns) + ", but they were " + roles);
    }

    private Timeline check(boolean expected, String message) {
        if (!expected) {
            throw new AssertionError(message + System.lineSeparator() + this);
        }
        return this;
    }

    /** Returns a line for each request and each call of EKS Auth, then one for each of the issued credentials. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        entries.forEach(entry -> lines.add(entry.at + "  " + entry.text));
        identities.forEach(identity -> lines.add(identity.toString()));
        return lines.isEmpty() ? "no requests" : String.join(System.lineSeparator(), lines);
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
