// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.Locale;

/**
 * The catalogue of the problems that Lanyard can name. The id of each is stable; it ends the message of a {@link
 * io.lanyard.CredentialsException} and is the anchor of its section in {@code docs/doctor.md}.
 *
 * <p>Texts have gaps such as <code>&#123;cluster}</code>, which {@link Facts} fill.
 */
public enum Problem {
    /** The container settings are missing in a pod. */
    NO_CONTAINER_SETTINGS_IN_POD(
            Severity.PROBLEM,
            "The pod has no container credentials settings: it was created before its Pod Identity association, it has none, or"
                    + " the webhook missed it",
            "create the association if there is none, then recreate the pod; a restart of the container is not enough",
            """
            aws eks list-pod-identity-associations --cluster-name {cluster} --namespace {namespace} --service-account {service-account}
            aws eks create-pod-identity-association --cluster-name {cluster} --namespace {namespace} --service-account {service-account} --role-arn {role}
            kubectl -n {namespace} delete pod {pod}
            """),
    /** Nothing listens at the agent's address. */
    AGENT_REFUSES_CONNECTION(
            Severity.PROBLEM,
            "Nothing listens at {host}: the agent is starting, restarting or crash-looping on this node",
            "check the agent's pods on this node; Lanyard retries every 1 to 4.5 s");

    private final Severity severity;
    private final String statement;
    private final String remedy;
    private final String paste;

    Problem(Severity severity, String statement, String remedy) {
        this(severity, statement, remedy, "");
    }

    Problem(Severity severity, String statement, String remedy, String paste) {
        this.severity = severity;
        this.statement = statement;
        this.remedy = remedy;
        this.paste = paste;
    }

    /**
     * Returns the stable id.
     *
     * @return for example {@code no-container-settings-in-pod}
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns how bad it is.
     *
     * @return the severity
     */
    public Severity severity() {
        return severity;
    }

    /**
     * Returns what is wrong, with gaps.
     *
     * @return one sentence without a full stop
     */
    public String statement() {
        return statement;
    }

    /**
     * Returns how to fix it, with gaps.
     *
     * @return one line
     */
    public String remedy() {
        return remedy;
    }

    /**
     * Returns what can be pasted, with gaps: commands, a policy, a manifest.
     *
     * @return some lines; empty where there is nothing to paste
     */
    public String paste() {
        return paste;
    }

    /**
     * Returns this problem as found where these names are known.
     *
     * @param facts the names
     * @return the finding
     */
    public Finding with(Facts facts) {
        return new Finding(this, facts);
    }
}
