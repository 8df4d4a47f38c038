// SPDX-License-Identifier: Apache-2.0

/** An HTTP server that behaves like Go's net/http and can break, delay and corrupt each answer. */
@NullMarked
package io.lanyard.testkit.internal.http;

import org.jspecify.annotations.NullMarked;
