// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.go;

import java.util.ArrayDeque;
import java.util.Deque;

/** Go's {@code path.Clean} as its HTTP routers use it: leading and trailing slashes are kept. */
public final class GoPath {
    private GoPath() {}

    public static String clean(String path) {
        Deque<String> kept = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                kept.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.addLast(segment);
            }
        }
        String clean = "/" + String.join("/", kept);
        return path.endsWith("/") && !kept.isEmpty() ? clean + "/" : clean;
    }
}
