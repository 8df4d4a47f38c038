// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import io.lanyard.chain.SourceName;
import io.lanyard.diagnose.DeniedText.IdentityKind;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whose identity an ARN names. The session name of an assumed role shows how the role was assumed.
 *
 * @param kind whose identity it is
 * @param facts role, account, session and instance, as far as the ARN has them
 */
record CallerIdentity(IdentityKind kind, Facts facts) {

    static final CallerIdentity UNKNOWN = new CallerIdentity(IdentityKind.UNKNOWN, Facts.none());
    static final CallerIdentity ANONYMOUS = new CallerIdentity(IdentityKind.ANONYMOUS, Facts.none());

    /** The role that IAM Identity Center makes for people who sign in. */
    private static final String PEOPLE = "AWSReservedSSO_";

    private static final Pattern INSTANCE = Pattern.compile("i-[0-9a-f]{8,17}");
    /** The id of a task, and its older form. */
    private static final Pattern TASK =
            Pattern.compile("[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    /** The Go SDK uses the nanoseconds of the time of day. */
    private static final Pattern NANOSECONDS = Pattern.compile("1[0-9]{18}");

    private static final List<String> SDKS = List.of(
            "aws-sdk-java-",
            "botocore-session-",
            "aws-sdk-js-session-",
            "aws-go-sdk-",
            "aws-cli-session-",
            "web-identity-token-",
            "assume-role-from-profile-");

    /** Reads the ARN of a caller; one of another kind gives {@link #UNKNOWN}. */
    static CallerIdentity of(String arn) {
        String[] parts = arn.split(":", 6);
        if (parts.length < 6) {
            return UNKNOWN;
        }
        Facts account = Facts.none().with(Fact.ACCOUNT, parts[4]);
        String resource = parts[5];
        if (parts[2].equals("iam")) {
            return resource.startsWith("user/")
                    ? new CallerIdentity(IdentityKind.USER, account)
                    : resource.equals("root") ? new CallerIdentity(IdentityKind.ROOT, account) : UNKNOWN;
        }
        String[] names = resource.split("/", 4);
        if (!parts[2].equals("sts") || names.length != 3 || !names[0].equals("assumed-role")) {
            return UNKNOWN;
        }
        String session = names[2];
        // the path of the role is not in the ARN of its session
        Facts facts = account.with(Fact.ROLE, parts[0] + ":" + parts[1] + ":iam::" + parts[4] + ":role/" + names[1])
                .with(Fact.SESSION, session)
                .with(Fact.INSTANCE, session);
        return new CallerIdentity(kind(names[1], session), facts);
    }

    private static IdentityKind kind(String role, String session) {
        String name = session.toLowerCase(Locale.ROOT);
        if (INSTANCE.matcher(session).matches()) {
            return IdentityKind.NODE;
        }
        if (name.startsWith("eks-")) {
            return IdentityKind.POD_IDENTITY;
        }
        if (TASK.matcher(session).matches()) {
            return IdentityKind.TASK;
        }
        if (!role.startsWith(PEOPLE)
                && (SDKS.stream().anyMatch(name::startsWith)
                        || NANOSECONDS.matcher(session).matches())) {
            return IdentityKind.WEB_IDENTITY_OR_ASSUMED_ROLE;
        }
        return IdentityKind.OTHER_ROLE;
    }

    /** The sources of the default chain that provide such an identity, the most likely first. */
    List<SourceName> sources() {
        return switch (kind) {
            case NODE -> List.of(SourceName.INSTANCE_METADATA);
            case POD_IDENTITY, TASK -> List.of(SourceName.CONTAINER);
            case WEB_IDENTITY_OR_ASSUMED_ROLE -> List.of(SourceName.WEB_IDENTITY, SourceName.PROFILE);
            case OTHER_ROLE -> List.of(SourceName.PROFILE, SourceName.WEB_IDENTITY, SourceName.ENVIRONMENT);
            case USER, ROOT -> List.of(SourceName.ENVIRONMENT, SourceName.SYSTEM_PROPERTIES, SourceName.PROFILE);
            case ANONYMOUS, UNKNOWN -> List.of();
        };
    }
}
