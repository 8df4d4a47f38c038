// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import io.lanyard.chain.SourceName;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What an error message or a stack trace says about AWS credentials: whose identity was used, which source of the default
 * chain provides that identity, and whether credentials or permissions are at fault.
 *
 * <p>The text is foreign. Of it only names that have the shape of a {@link Fact} are repeated. Reading takes time in
 * proportion to the length of the text; of a very long one, the beginning and the end are read. Holds no secret.
 *
 * @param identity whose identity the text names
 * @param sources the sources of the default chain that provide such an identity, the most likely first; empty where the
 *     text names no identity
 * @param fault what is at fault
 * @param facts the names in the text: role, account, session, instance, action, Region
 * @param findings what the text means and how to fix it, the most specific first
 */
public record DeniedText(
        IdentityKind identity, List<SourceName> sources, Fault fault, Facts facts, List<Finding> findings) {

    /**
     * Creates a result.
     *
     * @param identity whose identity the text names
     * @param sources the sources of the default chain that provide such an identity
     * @param fault what is at fault
     * @param facts the names in the text
     * @param findings what the text means and how to fix it
     */
    public DeniedText {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(fault, "fault");
        Objects.requireNonNull(facts, "facts");
        sources = List.copyOf(sources);
        findings = List.copyOf(findings);
    }

    /** Whose identity a text names. */
    public enum IdentityKind {
        /** The role of the node: an EC2 instance profile. */
        NODE("the role of the node"),
        /** The role of an EKS Pod Identity association. */
        POD_IDENTITY("the role of EKS Pod Identity"),
        /** The task role of ECS. */
        TASK("the task role of ECS"),
        /** A role that an AWS SDK assumed: IRSA, or a profile. */
        WEB_IDENTITY_OR_ASSUMED_ROLE("a role that an AWS SDK assumed (IRSA, or a profile)"),
        /** A role with a session name that a program, a profile or a person has chosen. */
        OTHER_ROLE("a role with a session name of a program's choice"),
        /** A user with an access key. */
        USER("a user with an access key"),
        /** The root user of an account. */
        ROOT("the root user of the account"),
        /** Nobody: the request was not signed. */
        ANONYMOUS("nobody: the request was not signed"),
        /** The text names no identity. */
        UNKNOWN("not named in the text");

        private final String words;

        IdentityKind(String words) {
            this.words = words;
        }

        /** Returns the kind in words, for example {@code the role of the node}. */
        @Override
        public String toString() {
            return words;
        }
    }

    /** What is at fault. */
    public enum Fault {
        /** There are no credentials, they are those of another identity, or AWS does not accept them. */
        CREDENTIALS,
        /** The credentials are valid, and a policy does not allow the action. */
        PERMISSIONS,
        /** Credentials if another identity was meant, permissions if it was this one. */
        CREDENTIALS_OR_PERMISSIONS,
        /** The text does not show it. */
        UNKNOWN;

        /** Returns the fault in words, for example {@code credentials or permissions}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * Reads a text.
     *
     * @param text an error message, a stack trace, or the output of {@code aws sts get-caller-identity}
     * @return what it means
     */
    public static DeniedText read(String text) {
        return read(text, Facts.none());
    }

    /**
     * Reads a text where some names are known.
     *
     * @param text an error message, a stack trace, or the output of {@code aws sts get-caller-identity}
     * @param known names that fill the gaps of remedies, for example the cluster
     * @return what it means
     */
    public static DeniedText read(String text, Facts known) {
        return new DeniedTextReader(text, known).result();
    }
}
