// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.Availability;
import io.lanyard.chain.SourceState;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.profiles.ProfileFile;

/** When the files are looked at, and what a look may change. */
@Timeout(30)
class ProfileWatchTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String KEYS = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s\n";
    private static final String TORN = "[default]\naws_access_key_id = AKIA\n";
    private static final String OTHER = "[other]\nregion = x\n";

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile String file = "";
    private volatile boolean exists = true;
    private volatile @Nullable RuntimeException failure;
    private final ProfileWatch watch = new ProfileWatch(this::inspect, state -> {}, clock, Duration.ofSeconds(10));

    private ProfileInspection inspect() {
        looks.incrementAndGet();
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
        ProfileFile parsed = ProfileFile.builder()
                .type(ProfileFile.Type.CREDENTIALS)
                .content(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)))
                .build();
        return new ProfileInspection(parsed, exists, "default", false, Pod.environment(Map.of()), () -> false);
    }

    private void unreadable() {
        failure = Sources.unreadable("the file is torn", "restore it");
    }

    private void readable(String content) {
        failure = null;
        file = content;
        exists = true;
    }

    private void removed() {
        readable("");
        exists = false;
    }

    private Availability look() {
        return watch.checkUninterruptibly().availability();
    }

    private String key() {
        ProfileInspection counts =
                Objects.requireNonNull(watch.checkUninterruptibly().effective());
        return counts.file()
                .profile("default")
                .flatMap(profile -> profile.property("aws_access_key_id"))
                .orElse("none");
    }

    @Test
    void result_is_used_for_one_second() {
        readable(KEYS);
        assertThat(look().isConfigured()).isTrue();
        clock.pass(Duration.ofMillis(999));
        look();
        assertThat(looks).hasValue(1);

        clock.pass(Duration.ofMillis(1));
        look();

        assertThat(looks).hasValue(2);
    }

    @Test
    void file_that_is_emptied_and_written_within_a_minute_has_no_effect() {
        readable(KEYS);
        assertThat(key()).isEqualTo("AKIA");
        readable("");
        for (int second = 0; second < 59; second++) {
            clock.pass(SECOND);
            assertThat(look().isConfigured()).isTrue();
        }
        readable(KEYS);
        clock.pass(SECOND);
        assertThat(key()).isEqualTo("AKIA");
    }

    @Test
    void a_file_that_stays_empty_for_a_minute_has_no_profile() {
        readable(KEYS);
        look();
        readable("");
        clock.pass(SECOND);
        assertThat(look().isConfigured()).isTrue();
        clock.pass(SECOND.multipliedBy(60));

        assertThat(look().isConfigured()).isFalse();
    }

    @Test
    void changed_key_becomes_effective_at_once() {
        readable(KEYS);
        assertThat(key()).isEqualTo("AKIA");
        readable(KEYS.replace("AKIA", "AKIANEW"));
        clock.pass(SECOND);

        assertThat(key()).isEqualTo("AKIANEW");
    }

    @Test
    void removed_profile_is_confirmed_by_a_check_one_second_later() {
        readable(KEYS);
        look();
        readable(OTHER);
        clock.pass(SECOND);
        assertThat(look().isConfigured()).isTrue();
        clock.pass(Duration.ofMillis(900));
        assertThat(look().isConfigured()).isTrue();
        clock.pass(Duration.ofMillis(100));

        assertThat(look()).isEqualTo(Availability.notConfigured("there is no profile default"));
    }

    @Test
    void torn_profile_that_differs_at_each_check_is_never_confirmed() {
        readable(KEYS);
        look();
        for (int i = 0; i < 5; i++) {
            readable(i % 2 == 0 ? TORN : OTHER);
            clock.pass(SECOND);
            assertThat(look().isConfigured()).isTrue();
        }
    }

    /** A session token, for example, that is the last line of a file. */
    @Test
    void profile_that_only_loses_properties_is_confirmed_by_the_second_check() {
        readable(KEYS + "aws_session_token = t\n");
        look();
        readable(KEYS);
        clock.pass(SECOND);
        assertThat(properties()).containsKey("aws_session_token");
        clock.pass(SECOND);
        assertThat(properties()).doesNotContainKey("aws_session_token");
    }

    @Test
    void unreadable_file_never_replaces_the_last_content() {
        readable(KEYS);
        look();
        unreadable();
        for (int i = 0; i < 100; i++) {
            clock.pass(SECOND);
            assertThat(look().isConfigured()).isTrue();
        }
    }

    @Test
    void file_that_is_unreadable_at_the_first_check_is_a_failure_and_the_next_call_checks_again() {
        unreadable();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::look)
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.PROFILE_UNREADABLE));
        }
        assertThat(looks).hasValue(3);

        readable(KEYS);

        assertThat(look().isConfigured()).isTrue();
    }

    @Test
    void each_caller_gets_a_separate_exception() {
        unreadable();
        List<Throwable> thrown = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::look).satisfies(thrown::add);
        }

        assertThat(thrown.get(0)).isNotSameAs(thrown.get(1));
        assertThat(thrown).allSatisfy(e -> assertThat(e).hasCauseInstanceOf(CredentialsException.class));
    }

    @Test
    void profile_that_is_incomplete_at_the_first_check_may_change_and_the_next_call_checks_again() {
        readable(TORN);
        Availability first = look();
        assertThat(first.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(first.mayChange()).isTrue();

        readable(KEYS);

        assertThat(look().isConfigured()).isTrue();
    }

    @Test
    void profile_that_stays_incomplete_for_a_second_is_settled() {
        readable(TORN);
        look();
        clock.pass(SECOND);

        Availability second = look();

        assertThat(second.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(second.mayChange()).isFalse();
        look();
        assertThat(looks).hasValue(2);
    }

    @Test
    void file_that_does_not_exist_at_the_first_check_is_absent() {
        removed();

        assertThat(look()).isEqualTo(Availability.notConfigured("there is no profile default"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", TORN, "unreadable"})
    void file_that_disappears_while_it_is_unconfirmed_may_reappear(String first) {
        if (first.equals("unreadable")) {
            unreadable();
            assertThatThrownBy(this::look).isInstanceOf(CredentialsException.class);
        } else {
            readable(first);
            look();
        }
        removed();
        assertThat(look().mayChange()).isTrue();
        clock.pass(SECOND);
        assertThat(look().mayChange()).isFalse();
    }

    @Test
    void an_unreadable_file_after_a_withdrawal_is_a_failure() {
        readable(KEYS);
        look();
        readable(OTHER);
        clock.pass(SECOND);
        look();
        clock.pass(SECOND);
        assertThat(look().isConfigured()).isFalse();
        unreadable();
        clock.pass(SECOND);

        assertThatThrownBy(this::look).isInstanceOf(CredentialsException.class);
    }

    @Test
    void unexpected_exception_is_a_failure_and_is_not_quoted() {
        failure = new IllegalStateException("CANARY");

        assertThatThrownBy(this::look)
                .isInstanceOf(CredentialsException.class)
                .hasMessageContaining("IllegalStateException")
                .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("CANARY"));
    }

    @Test
    void an_interrupted_caller_gets_the_result_and_stays_interrupted() {
        readable(KEYS);
        Thread.currentThread().interrupt();

        boolean configured = look().isConfigured();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(configured).isTrue();
    }

    @Test
    void hanging_check_fails_its_callers_in_time_and_is_used_when_it_completes() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ProfileWatch hanging = new ProfileWatch(
                () -> {
                    awaited(release);
                    return inspect();
                },
                state -> {},
                clock,
                Duration.ofMillis(300));
        readable(KEYS);

        long begun = System.nanoTime();
        assertThatThrownBy(hanging::check)
                .isInstanceOf(CredentialsException.class)
                .hasMessageContaining("were not read within 300 ms");
        assertThatThrownBy(hanging::check).isInstanceOf(CredentialsException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        assertThat(hanging.start().result().get(10, TimeUnit.SECONDS)).isNull();

        ProfileWatch.Check check = hanging.start();
        release.countDown();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (hanging.state() == null && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(hanging.check().availability().isConfigured()).isTrue();
        assertThat(hanging.start()).isNotSameAs(check);
    }

    @Test
    void hanging_check_keeps_the_last_content() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        ProfileWatch hanging = new ProfileWatch(
                () -> {
                    if (reads.incrementAndGet() > 1) {
                        awaited(release);
                    }
                    return inspect();
                },
                state -> {},
                clock,
                Duration.ofMillis(200));
        readable(KEYS);
        hanging.checkUninterruptibly();
        clock.pass(SECOND);
        try {
            assertThat(hanging.checkUninterruptibly().availability().isConfigured())
                    .isTrue();
        } finally {
            release.countDown();
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> properties() {
        return Objects.requireNonNull(watch.checkUninterruptibly().effective())
                .file()
                .profile("default")
                .orElseThrow()
                .properties();
    }
}
