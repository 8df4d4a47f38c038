// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.CredentialsException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** An application that does not start for want of credentials says why, and what mends it, and prints no stack. */
final class CredentialsFailureAnalyzer extends AbstractFailureAnalyzer<CredentialsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CredentialsException cause) {
        return new FailureAnalysis(
                "The application has no AWS credentials.\n\n    Category: " + cause.category() + "\n    Cause: "
                        + cause.summary(),
                cause.remedy()
                        .orElse(
                                "None is known for this one. With lanyard.first-fetch=warn the application starts all the same, and /actuator/lanyard tells of every source of credentials."),
                cause);
    }
}
