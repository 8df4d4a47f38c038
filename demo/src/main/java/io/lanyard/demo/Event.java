// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import io.lanyard.testkit.IssuedCredentials;
import java.util.List;

/** An event in the cluster or in the application that {@link Demo} receives. */
sealed interface Event {
    /** The agent has issued new credentials. */
    record Issued(IssuedCredentials credentials) implements Event {}

    /** S3 no longer accepts this key. */
    record Revoked(String accessKeyId) implements Event {}

    /** The application has written a line. */
    record Said(Application.Line line, List<String> fields) implements Event {}
}
