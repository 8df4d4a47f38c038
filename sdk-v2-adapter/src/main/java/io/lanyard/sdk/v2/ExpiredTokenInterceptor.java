// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.signer.AwsSignerExecutionAttribute;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Notifies a provider that a service has rejected its credentials as expired or invalid, so that the next resolve loads
 * newer ones.
 *
 * <pre>{@code
 * S3Client.builder()
 *         .credentialsProvider(credentials)
 *         .overrideConfiguration(o -> o.addExecutionInterceptor(new ExpiredTokenInterceptor(credentials::invalidate)))
 *         .build();
 * }</pre>
 *
 * <p>Reports {@code ExpiredToken}, {@code ExpiredTokenException} and {@code InvalidToken}; not {@code AccessDenied}, which
 * newer credentials would not change. It does not retry the failed request. Safe for use by any number of clients and
 * threads; never blocks.
 */
public final class ExpiredTokenInterceptor implements ExecutionInterceptor {

    private static final Set<String> CODES = Set.of("ExpiredToken", "ExpiredTokenException", "InvalidToken");

    private final Consumer<? super AwsCredentialsIdentity> invalidate;

    /**
     * Creates an interceptor for one provider.
     *
     * @param invalidate receives the credentials that were rejected, for example {@link
     *     LanyardDefaultCredentialsProvider#invalidate}
     */
    public ExpiredTokenInterceptor(Consumer<? super AwsCredentialsIdentity> invalidate) {
        this.invalidate = Objects.requireNonNull(invalidate, "invalidate");
    }

    @Override
    @SuppressWarnings("deprecation") // the SDK has no other public access to the credentials that signed a request
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        if (context.exception() instanceof AwsServiceException failure) {
            AwsErrorDetails details = failure.awsErrorDetails();
            String code = details == null ? null : details.errorCode();
            AwsCredentialsIdentity used = attributes.getAttribute(AwsSignerExecutionAttribute.AWS_CREDENTIALS);
            if (code != null && used != null && CODES.contains(code)) {
                invalidate.accept(used);
            }
        }
    }
}
