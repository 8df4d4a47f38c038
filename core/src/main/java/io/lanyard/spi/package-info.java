// SPDX-License-Identifier: Apache-2.0

/**
 * Interfaces for everything that Lanyard reads from or does in its surroundings: settings, files, names, requests,
 * time, random numbers and threads.
 *
 * <p>No other package reads the environment or the clock, opens a file, resolves a name or starts a thread. Tests
 * replace these interfaces to drive the real code, and an application can replace the transport.
 */
@NullMarked
package io.lanyard.spi;

import org.jspecify.annotations.NullMarked;
