// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.benchmarks.fleet.Agent.Answer;
import io.lanyard.benchmarks.fleet.Agent.Outcome;
import io.lanyard.benchmarks.fleet.Trouble.Kind;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The agent's model against what the real one was seen to do. */
class AgentTest {
    private static final long PATIENT = 30 * Time.SECOND;
    private static final long TARGET_ROLE_LIFE = 59 * Time.MINUTE;

    private final Kernel kernel = new Kernel();
    private final Tally tally = new Tally(0, 12 * Time.HOUR);
    private final Token token = new Token("", 0);

    private Agent agent(long life, Trouble... troubles) {
        SplittableRandom random = new SplittableRandom(1);
        EksAuth eksAuth = new EksAuth(100, life, List.of(troubles), random.split(), tally);
        return new Agent(kernel, eksAuth, random.split(), tally, 0);
    }

    private Answer ask(Agent agent, long at) {
        kernel.run(at);
        return agent.request(token, at, PATIENT);
    }

    private long issued(Agent agent, long at) {
        return Objects.requireNonNull(ask(agent, at).issued()).id();
    }

    private long asked() {
        return tally.eksAuth().total();
    }

    @Test
    void credentials_are_renewed_three_hours_after_they_were_fetched() {
        Agent agent = agent(6 * Time.HOUR);
        long first = issued(agent, 0);
        assertThat(issued(agent, 3 * Time.HOUR - Time.SECOND)).isEqualTo(first);
        assertThat(asked()).isEqualTo(1);
        // the janitor looks every minute
        assertThat(issued(agent, 3 * Time.HOUR + 2 * Time.MINUTE)).isNotEqualTo(first);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void credentials_of_59_minutes_stay_the_same_until_their_last_15_seconds() {
        Agent agent = agent(TARGET_ROLE_LIFE);
        Answer first = ask(agent, 0);
        long end = Objects.requireNonNull(first.issued()).end();
        assertThat(issued(agent, end - 16 * Time.SECOND))
                .isEqualTo(first.issued().id());
        assertThat(asked()).isEqualTo(1);
        assertThat(issued(agent, end - 14 * Time.SECOND))
                .isNotEqualTo(first.issued().id());
    }

    @Test
    void another_token_is_another_key() {
        Agent agent = agent(6 * Time.HOUR);
        ask(agent, 0);
        agent.request(new Token("", 0), Time.SECOND, PATIENT);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void who_asks_for_what_is_being_fetched_is_given_it() {
        Agent agent = agent(6 * Time.HOUR);
        Answer leader = ask(agent, 0);
        Answer follower = agent.request(token, Time.MILLI, PATIENT);
        assertThat(follower.issued()).isEqualTo(leader.issued());
        assertThat(follower.at()).isBetween(leader.at(), leader.at() + 205 * Time.MILLI);
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void a_failure_is_shared_with_nobody() {
        Agent agent = agent(6 * Time.HOUR, new Trouble(Kind.UNAVAILABLE, 0, Time.HOUR, 0));
        for (int i = 0; i < 3; i++) {
            assertThat(ask(agent, i * Time.MILLI).outcome()).isEqualTo(Outcome.UNAVAILABLE);
        }
        assertThat(asked()).isEqualTo(9);
    }

    @Test
    void it_takes_seconds_to_say_that_nobody_answers_upstream() {
        Agent agent = agent(6 * Time.HOUR, new Trouble(Kind.HANGS, 0, Time.HOUR, 0));
        Answer answer = ask(agent, 0);
        assertThat(answer.outcome()).isEqualTo(Outcome.UPSTREAM_SILENT);
        assertThat(answer.at()).isBetween(3 * Time.SECOND, 9 * Time.SECOND + 5 * Time.MILLI);
        assertThat(asked()).isEqualTo(3);
    }

    @Test
    void a_client_that_gives_up_cancels_what_was_asked_for_it() {
        Agent agent = agent(6 * Time.HOUR, new Trouble(Kind.HANGS, 0, Time.HOUR, 0));
        Answer answer = agent.request(token, 0, Time.SECOND);
        assertThat(answer.outcome()).isEqualTo(Outcome.GONE);
        assertThat(answer.at()).isEqualTo(Time.SECOND);
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void retries_end_when_their_quota_is_spent() {
        Agent agent = agent(6 * Time.HOUR, new Trouble(Kind.UNAVAILABLE, 0, Time.HOUR, 0));
        int requests = 60;
        for (int i = 0; i < requests; i++) {
            ask(agent, i * 10L * Time.SECOND);
        }
        assertThat(asked()).isEqualTo(requests + 100); // 500 at 5 each
    }

    @Test
    void what_cannot_be_renewed_is_kept_and_tried_again_in_one_to_two_minutes() {
        Agent agent = agent(6 * Time.HOUR, new Trouble(Kind.UNAVAILABLE, Time.HOUR, 4 * Time.HOUR, 0));
        long first = issued(agent, 0);
        assertThat(issued(agent, 4 * Time.HOUR - Time.SECOND)).isEqualTo(first);
        // an hour of one to two minutes, and as much as another until the janitor comes by; up to three tries each
        assertThat(asked()).isBetween(1 + 60 / 3L, 1 + 60 * 3L);
        assertThat(issued(agent, 4 * Time.HOUR + 4 * Time.MINUTE)).isNotEqualTo(first);
    }

    @Test
    void a_restart_refuses_connections_and_forgets() {
        Agent agent = agent(6 * Time.HOUR);
        long first = issued(agent, 0);
        agent.restart(Time.MINUTE, Time.MINUTE + 10 * Time.SECOND);
        assertThat(ask(agent, Time.MINUTE + Time.SECOND).outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(issued(agent, Time.MINUTE + 11 * Time.SECOND)).isNotEqualTo(first);
    }

    @Test
    void a_token_that_has_ended_is_refused_although_there_are_credentials() {
        Agent agent = agent(6 * Time.HOUR);
        Token old = new Token("", -24 * Time.HOUR + Time.MINUTE);
        assertThat(agent.request(old, 0, PATIENT).outcome()).isEqualTo(Outcome.GIVEN);
        assertThat(agent.request(old, Time.MINUTE, PATIENT).outcome()).isEqualTo(Outcome.TOKEN_ENDED);
    }

    @Test
    void more_than_a_thousand_requests_a_second_are_refused_on_the_spot() {
        Agent agent = agent(6 * Time.HOUR);
        ask(agent, 0);
        assertThat(IntStream.range(0, 1_200)
                        .filter(i -> agent.request(token, Time.MINUTE, PATIENT).outcome() == Outcome.LIMITED)
                        .count())
                .isEqualTo(200);
    }

    @Test
    void eks_auth_throttles_what_exceeds_its_capacity() {
        Agent agent = agent(6 * Time.HOUR);
        long throttled = IntStream.range(0, 250)
                .mapToObj(i -> agent.request(new Token("", 0), Time.MINUTE, 100 * Time.MILLI + i))
                .filter(answer -> answer.issued() == null)
                .count();
        assertThat(throttled).isGreaterThanOrEqualTo(150);
        assertThat(asked()).isGreaterThanOrEqualTo(250);
    }
}
