// SPDX-License-Identifier: Apache-2.0

/** An HTTP server in the manner of Go's net/http that can break off, delay and garble each answer. */
@NullMarked
package io.lanyard.testkit.internal.http;

import org.jspecify.annotations.NullMarked;
