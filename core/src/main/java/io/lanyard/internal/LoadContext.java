// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import org.jspecify.annotations.Nullable;

/**
 * The sources for which the current thread is loading, innermost first. A load inherits the context of the thread that
 * started it, so a source that is resolved in its own load finds itself here and fails instead of waiting for itself.
 *
 * @param source the source that is loading
 * @param name its name in messages
 * @param outer the source whose load started this one, or null
 */
public record LoadContext(
        Object source, String name, @Nullable LoadContext outer) {

    private static final ThreadLocal<@Nullable LoadContext> CURRENT = new ThreadLocal<>();

    /**
     * Returns the context of the current thread.
     *
     * @return the context, or null where the thread is not loading
     */
    public static @Nullable LoadContext current() {
        return CURRENT.get();
    }

    /**
     * Sets the context of the current thread.
     *
     * @param context the context, or null for none
     */
    public static void set(@Nullable LoadContext context) {
        if (context == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(context);
        }
    }

    /**
     * Describes the circle that resolving a source would close.
     *
     * @param source the source to resolve
     * @return the names from the source to the current load and back, or null where there is no circle
     */
    @SuppressWarnings("ReferenceEquality") // a source is identified by its reference
    public static @Nullable String circle(Object source) {
        StringBuilder path = new StringBuilder();
        for (LoadContext context = CURRENT.get(); context != null; context = context.outer) {
            path.insert(0, context.name + " -> ");
            if (context.source == source) {
                return path.append(context.name).toString();
            }
        }
        return null;
    }
}
