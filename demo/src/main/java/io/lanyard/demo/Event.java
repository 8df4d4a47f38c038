// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import io.lanyard.testkit.IssuedCredentials;
import java.util.List;

/** What happens in the cluster and in the application, as {@link Demo} hears of it. */
sealed interface Event {
    /** The agent has made up new credentials. */
    record Issued(IssuedCredentials credentials) implements Event {}

    /** S3 does not know that key any more. */
    record Revoked(String accessKeyId) implements Event {}

    /** The application says: one of {@link Application.Line}, and its fields. */
    record Said(Application.Line line, List<String> fields) implements Event {}
}
