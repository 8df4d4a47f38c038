// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/** Counts events in the measured time. */
final class Tally {
    /** The local time of a load is ahead of the others by less than this. */
    private static final long AHEAD = 4 * Time.MINUTE;

    private final long from;
    private final long to;
    private final int[] agents;
    private final int[] eksAuth;
    private final int[] podChanges; // the change of the number in each second
    private double timeWithoutCredentials;
    private double waited;
    private double waitedTime;
    private long longestWait;
    private double failed;
    private double expired;

    /**
     * @param from the start of the measured time
     * @param to its end
     */
    Tally(long from, long to) {
        this.from = from;
        this.to = to;
        int seconds = (int) ((to + AHEAD) / Time.SECOND);
        this.agents = new int[seconds];
        this.eksAuth = new int[seconds];
        this.podChanges = new int[seconds];
    }

    void agentRequested(long at) {
        agents[second(at)]++;
    }

    void eksAuthRequested(long at) {
        eksAuth[second(at)]++;
    }

    /** A pod had no valid credentials in that time. */
    void withoutCredentials(long since, long until) {
        long length = overlap(since, until);
        if (length > 0) {
            timeWithoutCredentials += length;
            podChanges[second(Math.max(since, from))]++;
            podChanges[second(Math.min(until, to))]--;
        }
    }

    /** A call began to wait at that time, for that duration. */
    void waited(long at, long time) {
        waited(at, 1, (double) time, time);
    }

    /** That many calls waited from that time on, with an average and a longest duration. */
    void waited(long at, double calls, double average, long longest) {
        if (at >= from && at < to) {
            waited += calls;
            waitedTime += calls * average;
            longestWait = Math.max(longestWait, longest);
        }
    }

    /** That many calls threw. */
    void failed(long at, double calls) {
        if (at >= from && at < to) {
            failed += calls;
        }
    }

    /** That many calls were served expired credentials. */
    void expired(long at, double calls) {
        if (at >= from && at < to) {
            expired += calls;
        }
    }

    /** Returns the start of the measured time. */
    long from() {
        return from;
    }

    /** Returns how much of that time is measured. */
    long overlap(long since, long until) {
        return Math.max(0, Math.min(until, to) - Math.max(since, from));
    }

    double podSecondsWithoutCredentials() {
        return timeWithoutCredentials / Time.SECOND;
    }

    double waited() {
        return waited;
    }

    double waitedSeconds() {
        return waitedTime / Time.SECOND;
    }

    double longestWaitSeconds() {
        return (double) longestWait / Time.SECOND;
    }

    double failed() {
        return failed;
    }

    double expired() {
        return expired;
    }

    Series agents() {
        return new Series(agents, second(from), second(to));
    }

    Series eksAuth() {
        return new Series(eksAuth, second(from), second(to));
    }

    /** Returns the number of pods without valid credentials in each second. */
    Series podsWithoutCredentials() {
        int[] pods = new int[podChanges.length];
        int number = 0;
        for (int i = 0; i < pods.length; i++) {
            number += podChanges[i];
            pods[i] = number;
        }
        return new Series(pods, second(from), second(to));
    }

    private static int second(long time) {
        return (int) (time / Time.SECOND);
    }
}
