// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.CredentialsException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Reports the cause and the remedy, without a stack trace, when an application cannot start without credentials. */
final class CredentialsFailureAnalyzer extends AbstractFailureAnalyzer<CredentialsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CredentialsException cause) {
        return new FailureAnalysis(
                "The application has no AWS credentials.\n\n    Category: " + cause.category() + "\n    Cause: "
                        + cause.summary(),
                cause.remedy()
                        .map(remedy -> remedy
                                + cause.finding().map(id -> " [" + id + "]").orElse(""))
                        .orElse(
                                "No remedy is known for this failure. With lanyard.first-load=warn the application starts without credentials, and /actuator/lanyard reports the state of every source."),
                cause);
    }
}
