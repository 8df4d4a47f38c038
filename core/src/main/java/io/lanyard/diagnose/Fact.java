// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A name that fills a gap in a statement or a remedy. A value must have the shape of such a name, because people paste
 * remedies into a shell.
 */
public enum Fact {
    /** The name of an EKS cluster. */
    CLUSTER("[A-Za-z0-9][A-Za-z0-9_-]{0,99}"),
    /** A Kubernetes namespace. */
    NAMESPACE("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"),
    /** The name of a Kubernetes service account. */
    SERVICE_ACCOUNT("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?"),
    /** The name of a pod. */
    POD("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?"),
    /** The ARN of an IAM role. */
    ROLE("arn:aws[a-z0-9-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,576}"),
    /** An AWS account id. */
    ACCOUNT("[0-9]{12}"),
    /** An AWS Region. */
    REGION("[a-z]{2}(-[a-z]+)+-[0-9]"),
    /** A variable, a property, or an option in code. */
    SETTING("(the option )?[A-Za-z][A-Za-z0-9_.()-]{0,99}"),
    /** The path of a file. */
    FILE("[A-Za-z0-9._/@+=: -]{1,255}"),
    /** A host or address. */
    HOST("[A-Za-z0-9.:\\[\\]_-]{1,253}"),
    /** A source of the chain. */
    SOURCE("[a-z0-9][a-z0-9-]{0,63}"),
    /** The session name of an assumed role. */
    SESSION("[A-Za-z0-9+=,.@_-]{1,128}"),
    /** The id of an EC2 instance. */
    INSTANCE("i-[0-9a-f]{8,17}"),
    /** The issuer of a token, without its scheme. */
    ISSUER("[A-Za-z0-9][A-Za-z0-9.-]{0,252}(/[A-Za-z0-9._-]{1,64}){0,4}"),
    /** An action of IAM, for example {@code s3:GetObject}. */
    ACTION("[a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128}"),
    /** A version of a library. */
    VERSION("[0-9]+(\\.[0-9A-Za-z-]+){0,4}"),
    /** An audience of a token. */
    AUDIENCE("[A-Za-z0-9.:/_-]{1,253}"),
    /** A number or a duration in words, for example {@code 4 min}. */
    AMOUNT("[0-9][0-9,. a-z%]{0,40}"),
    /** A word of Lanyard's own, for example the kind of a file. */
    WORD("[A-Za-z0-9 ,._:'/-]{1,120}");

    private final Pattern shape;

    Fact(String shape) {
        this.shape = Pattern.compile(shape);
    }

    boolean fits(String value) {
        return shape.matcher(value).matches();
    }

    /** What stands in the gap of a text, for example the name in lower case between braces. */
    String gap() {
        return '{' + name().toLowerCase(Locale.ROOT).replace('_', '-') + '}';
    }

    /** What a text shows where the value is not known, for example {@code SERVICE_ACCOUNT}. */
    String placeholder() {
        return name();
    }
}
