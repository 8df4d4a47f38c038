// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.function.Consumer;

/** Sets no option. Not a lambda, because the first one in a process costs several milliseconds. */
final class NoChange<T> implements Consumer<T> {
    @Override
    public void accept(T options) {}
}
