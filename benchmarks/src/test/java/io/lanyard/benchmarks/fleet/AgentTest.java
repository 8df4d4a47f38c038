// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.benchmarks.fleet.Agent.Answer;
import io.lanyard.benchmarks.fleet.Agent.Outcome;
import io.lanyard.benchmarks.fleet.Fault.Kind;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares the model with the observed behaviour of the real agent. */
class AgentTest {
    private static final long TIMEOUT = 30 * Time.SECOND;
    private static final long TARGET_ROLE_LIFETIME = 59 * Time.MINUTE;

    private final Kernel kernel = new Kernel();
    private final Tally tally = new Tally(0, 12 * Time.HOUR);
    private final Token token = new Token("", 0);

    private Agent agent(long lifetime, Fault... faults) {
        SplittableRandom random = new SplittableRandom(1);
        EksAuth eksAuth = new EksAuth(100, lifetime, List.of(faults), random.split(), tally);
        return new Agent(kernel, eksAuth, random.split(), tally, 0);
    }

    private Answer request(Agent agent, long at) {
        kernel.run(at);
        return agent.request(token, at, TIMEOUT);
    }

    private long issued(Agent agent, long at) {
        return Objects.requireNonNull(request(agent, at).issued()).id();
    }

    private long upstreamRequests() {
        return tally.eksAuth().total();
    }

    @Test
    void credentials_are_renewed_three_hours_after_they_were_fetched() {
        Agent agent = agent(6 * Time.HOUR);
        long first = issued(agent, 0);
        assertThat(issued(agent, 3 * Time.HOUR - Time.SECOND)).isEqualTo(first);
        assertThat(upstreamRequests()).isEqualTo(1);
        // the janitor runs every minute
        assertThat(issued(agent, 3 * Time.HOUR + 2 * Time.MINUTE)).isNotEqualTo(first);
        assertThat(upstreamRequests()).isEqualTo(2);
    }

    @Test
    void credentials_of_59_minutes_stay_the_same_until_their_last_15_seconds() {
        Agent agent = agent(TARGET_ROLE_LIFETIME);
        Answer first = request(agent, 0);
        long end = Objects.requireNonNull(first.issued()).expiration();
        assertThat(issued(agent, end - 16 * Time.SECOND))
                .isEqualTo(first.issued().id());
        assertThat(upstreamRequests()).isEqualTo(1);
        assertThat(issued(agent, end - 14 * Time.SECOND))
                .isNotEqualTo(first.issued().id());
    }

    @Test
    void each_token_has_its_own_entry() {
        Agent agent = agent(6 * Time.HOUR);
        request(agent, 0);
        agent.request(new Token("", 0), Time.SECOND, TIMEOUT);
        assertThat(upstreamRequests()).isEqualTo(2);
    }

    @Test
    void concurrent_requests_share_a_success() {
        Agent agent = agent(6 * Time.HOUR);
        Answer leader = request(agent, 0);
        Answer follower = agent.request(token, Time.MILLI, TIMEOUT);
        assertThat(follower.issued()).isEqualTo(leader.issued());
        assertThat(follower.at()).isBetween(leader.at(), leader.at() + 205 * Time.MILLI);
        assertThat(upstreamRequests()).isEqualTo(1);
    }

    @Test
    void concurrent_requests_do_not_share_a_failure() {
        Agent agent = agent(6 * Time.HOUR, new Fault(Kind.UNAVAILABLE, 0, Time.HOUR, 0));
        for (int i = 0; i < 3; i++) {
            assertThat(request(agent, i * Time.MILLI).outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }
        assertThat(upstreamRequests()).isEqualTo(9);
    }

    @Test
    void the_agent_answers_after_seconds_if_eks_auth_hangs() {
        Agent agent = agent(6 * Time.HOUR, new Fault(Kind.HANGS, 0, Time.HOUR, 0));
        Answer answer = request(agent, 0);
        assertThat(answer.outcome()).isEqualTo(Outcome.UPSTREAM_TIMED_OUT);
        assertThat(answer.at()).isBetween(3 * Time.SECOND, 9 * Time.SECOND + 5 * Time.MILLI);
        assertThat(upstreamRequests()).isEqualTo(3);
    }

    @Test
    void a_client_that_gives_up_cancels_its_upstream_request() {
        Agent agent = agent(6 * Time.HOUR, new Fault(Kind.HANGS, 0, Time.HOUR, 0));
        Answer answer = agent.request(token, 0, Time.SECOND);
        assertThat(answer.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(answer.at()).isEqualTo(Time.SECOND);
        assertThat(upstreamRequests()).isEqualTo(1);
    }

    @Test
    void retries_stop_when_the_quota_is_used_up() {
        Agent agent = agent(6 * Time.HOUR, new Fault(Kind.UNAVAILABLE, 0, Time.HOUR, 0));
        int requests = 60;
        for (int i = 0; i < requests; i++) {
            request(agent, i * 10L * Time.SECOND);
        }
        assertThat(upstreamRequests()).isEqualTo(requests + 100); // 500 at 5 each
    }

    @Test
    void an_entry_that_cannot_be_renewed_stays_cached_and_is_retried_after_one_to_two_minutes() {
        Agent agent = agent(6 * Time.HOUR, new Fault(Kind.UNAVAILABLE, Time.HOUR, 4 * Time.HOUR, 0));
        long first = issued(agent, 0);
        assertThat(issued(agent, 4 * Time.HOUR - Time.SECOND)).isEqualTo(first);
        // an hour with a retry after one to two minutes and up to a minute for the janitor; up to three attempts each
        assertThat(upstreamRequests()).isBetween(1 + 60 / 3L, 1 + 60 * 3L);
        assertThat(issued(agent, 4 * Time.HOUR + 4 * Time.MINUTE)).isNotEqualTo(first);
    }

    @Test
    void a_restart_refuses_connections_and_clears_the_cache() {
        Agent agent = agent(6 * Time.HOUR);
        long first = issued(agent, 0);
        agent.restart(Time.MINUTE, Time.MINUTE + 10 * Time.SECOND);
        assertThat(request(agent, Time.MINUTE + Time.SECOND).outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(issued(agent, Time.MINUTE + 11 * Time.SECOND)).isNotEqualTo(first);
    }

    @Test
    void an_expired_token_is_rejected_although_credentials_are_cached() {
        Agent agent = agent(6 * Time.HOUR);
        Token old = new Token("", -24 * Time.HOUR + Time.MINUTE);
        assertThat(agent.request(old, 0, TIMEOUT).outcome()).isEqualTo(Outcome.SERVED);
        assertThat(agent.request(old, Time.MINUTE, TIMEOUT).outcome()).isEqualTo(Outcome.TOKEN_EXPIRED);
    }

    @Test
    void more_than_a_thousand_requests_per_second_are_rejected_at_once() {
        Agent agent = agent(6 * Time.HOUR);
        request(agent, 0);
        assertThat(IntStream.range(0, 1_200)
                        .filter(i -> agent.request(token, Time.MINUTE, TIMEOUT).outcome() == Outcome.LIMITED)
                        .count())
                .isEqualTo(200);
    }

    @Test
    void eks_auth_throttles_requests_beyond_its_rate() {
        Agent agent = agent(6 * Time.HOUR);
        long throttled = IntStream.range(0, 250)
                .mapToObj(i -> agent.request(new Token("", 0), Time.MINUTE, 100 * Time.MILLI + i))
                .filter(answer -> answer.issued() == null)
                .count();
        assertThat(throttled).isGreaterThanOrEqualTo(150);
        assertThat(upstreamRequests()).isGreaterThanOrEqualTo(250);
    }
}
