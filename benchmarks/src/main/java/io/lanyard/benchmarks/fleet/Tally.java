// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/** What happens in the time that is measured, and when. */
final class Tally {
    /** Loads are ahead of the others' time by less than this. */
    private static final long AHEAD = 4 * Time.MINUTE;

    private final long from;
    private final long to;
    private final int[] agents;
    private final int[] eksAuth;
    private final int[] bereft; // how the number changes from second to second
    private double bereftTime;
    private double waited;
    private double waitedTime;
    private long longestWait;
    private double failed;
    private double ended;

    /**
     * @param from when measuring begins
     * @param to when it ends
     */
    Tally(long from, long to) {
        this.from = from;
        this.to = to;
        int seconds = (int) ((to + AHEAD) / Time.SECOND);
        this.agents = new int[seconds];
        this.eksAuth = new int[seconds];
        this.bereft = new int[seconds];
    }

    void attempted(long at) {
        agents[second(at)]++;
    }

    void eksAuthAsked(long at) {
        eksAuth[second(at)]++;
    }

    /** A pod had no valid credentials from then to then. */
    void bereft(long since, long until) {
        long length = overlap(since, until);
        if (length > 0) {
            bereftTime += length;
            bereft[second(Math.max(since, from))]++;
            bereft[second(Math.min(until, to))]--;
        }
    }

    /** A call began to wait then, and waited so long. */
    void waited(long at, long time) {
        waited(at, 1, (double) time, time);
    }

    /** So many calls began to wait then, and waited so long; those in between less, where there are several. */
    void waited(long at, double calls, double average, long longest) {
        if (at >= from && at < to) {
            waited += calls;
            waitedTime += calls * average;
            longestWait = Math.max(longestWait, longest);
        }
    }

    /** So many calls threw. */
    void failed(long at, double calls) {
        if (at >= from && at < to) {
            failed += calls;
        }
    }

    /** So many calls were given credentials past their end. */
    void ended(long at, double calls) {
        if (at >= from && at < to) {
            ended += calls;
        }
    }

    /** When measuring begins. */
    long from() {
        return from;
    }

    /** How much of that stretch is measured. */
    long overlap(long since, long until) {
        return Math.max(0, Math.min(until, to) - Math.max(since, from));
    }

    double bereftSeconds() {
        return bereftTime / Time.SECOND;
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

    double ended() {
        return ended;
    }

    Series agents() {
        return new Series(agents, second(from), second(to));
    }

    Series eksAuth() {
        return new Series(eksAuth, second(from), second(to));
    }

    /** The pods without valid credentials, second by second. */
    Series bereftPods() {
        int[] pods = new int[bereft.length];
        int number = 0;
        for (int i = 0; i < pods.length; i++) {
            number += bereft[i];
            pods[i] = number;
        }
        return new Series(pods, second(from), second(to));
    }

    private static int second(long time) {
        return (int) (time / Time.SECOND);
    }
}
