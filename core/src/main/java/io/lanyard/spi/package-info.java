// SPDX-License-Identifier: Apache-2.0

/**
 * Every contact of Lanyard with the world: settings and files, names, sockets, time, threads.
 *
 * <p>Nothing else in the library reads the environment or the clock, opens a file or a socket, resolves a name or
 * starts a thread. Replacing one of these interfaces is how tests drive the real code, and how an application can give
 * Lanyard another transport.
 */
@NullMarked
package io.lanyard.spi;

import org.jspecify.annotations.NullMarked;
