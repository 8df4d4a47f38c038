// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Environment;

/** Prints what each chain gives in this process's environment, a line each. */
final class ContestMain {

    private ContestMain() {}

    public static void main(String[] arguments) {
        for (Contestant contestant : Contestant.values()) {
            System.out.println(
                    contestant + "=" + contestant.outcome(Environment.system()).line());
        }
    }
}
