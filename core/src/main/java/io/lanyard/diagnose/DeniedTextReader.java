// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import io.lanyard.chain.SourceName;
import io.lanyard.diagnose.DeniedText.Fault;
import io.lanyard.diagnose.DeniedText.IdentityKind;
import io.lanyard.diagnose.SearchedText.Name;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Reads one text for {@link DeniedText}, in this order:
 *
 * <ol>
 *   <li>the identity: the ARN before "is not authorized to perform", else the first one of a session or a user;
 *   <li>the ids that Lanyard's own messages end with;
 *   <li>the texts of agents, STS, SDKs and services, each area with its specific texts before its general ones;
 *   <li>the denial itself, and what the identity says about it.
 * </ol>
 */
final class DeniedTextReader {

    private static final int MOST_NAMES = 200;
    private static final String DENIED = "is not authorized to perform";
    private static final String EKS_AGENT = "169.254.170.23";
    private static final String EKS_AGENT_IPV6 = "fd00:ec2::23";
    private static final String INSTANCE_METADATA = "169.254.169.254";
    private static final String TOKEN_FILE_SETTING = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    private static final String TOKEN_FOLDER = "/var/run/secrets/pods.eks.amazonaws.com/";
    private static final String WEB_IDENTITY_FOLDER = "/var/run/secrets/eks.amazonaws.com/";

    /** Problems of a policy, where there are valid credentials. */
    private static final Set<Problem> PERMISSIONS = EnumSet.of(
            Problem.TAG_SESSION_DENIED,
            Problem.ASSUME_ROLE_DENIED,
            Problem.EXTERNAL_ID_MISSING,
            Problem.PERMISSION_MISSING,
            Problem.PERMISSION_DENIED);

    private final SearchedText text;
    private final Facts known;
    private final List<Finding> findings = new ArrayList<>();
    private CallerIdentity caller = CallerIdentity.UNKNOWN;
    /** What was denied. */
    private Facts denied = Facts.none();

    private boolean denial;

    DeniedTextReader(String text, Facts known) {
        this.text = new SearchedText(text);
        this.known = known;
    }

    DeniedText result() {
        findCaller();
        findDenial();
        ownIds();
        webIdentity();
        sts();
        agent();
        connections();
        oldSdks();
        tokenFiles();
        classPath();
        services();
        sources();
        authorization();
        if (findings.isEmpty() && text.has("access denied", "accessdenied", "forbidden", "not authorized")) {
            add(Problem.IDENTITY_NOT_NAMED, facts());
        }
        return new DeniedText(caller.kind(), caller.sources(), fault(), facts(), findings);
    }

    private void findCaller() {
        List<Name> arns = text.arns(MOST_NAMES);
        for (Name arn : arns) {
            boolean subject = text.endsWith(arn.start(), "user:") || text.continues(arn.end(), DENIED);
            if (subject && take(arn)) {
                return;
            }
        }
        if (text.has("user: anonymous is not authorized")) {
            caller = CallerIdentity.ANONYMOUS;
            return;
        }
        for (Name arn : arns) {
            if (!text.endsWith(arn.start(), "on resource:") && take(arn)) {
                return;
            }
        }
    }

    private boolean take(Name arn) {
        CallerIdentity named = CallerIdentity.of(arn.text());
        if (named.kind() == IdentityKind.UNKNOWN) {
            return false;
        }
        caller = named;
        return true;
    }

    private void findDenial() {
        denial = text.has("not authorized to perform");
        List<Name> actions = text.after("not authorized to perform:", 1);
        // STS leaves out the colon before sts:AssumeRoleWithWebIdentity
        actions = actions.isEmpty() ? text.after("not authorized to perform ", 1) : actions;
        for (Name action : actions) {
            denied = denied.with(Fact.ACTION, action.text());
        }
        for (Name resource : text.after("on resource:", MOST_NAMES)) {
            if (denied.get(Fact.ROLE).isEmpty()) {
                denied = denied.with(Fact.ROLE, resource.text());
            }
        }
    }

    /** A message of Lanyard's names its problem. */
    private void ownIds() {
        for (String id : text.bracketed(60, MOST_NAMES)) {
            Problem.of(id).ifPresent(problem -> add(problem, facts()));
        }
    }

    private void webIdentity() {
        Facts facts = facts();
        if (text.has("no openidconnect provider found in your account")) {
            add(Problem.OIDC_PROVIDER_MISSING, facts);
        }
        if (text.has("incorrect token audience")) {
            add(Problem.WEB_IDENTITY_AUDIENCE, facts);
        }
        if (text.has("request arn is invalid")) {
            add(Problem.ROLE_ARN_INVALID, facts);
        }
        if (text.has("not authorized to perform sts:assumerolewithwebidentity")
                || text.has("not authorized to perform: sts:assumerolewithwebidentity")) {
            add(Problem.WEB_IDENTITY_TRUST_POLICY, facts);
        }
        if (text.has("verification key from your identity provider", "idpcommunicationerror")) {
            add(Problem.OIDC_ISSUER_UNREACHABLE, facts);
        }
        boolean expired = text.has("token expired: current date")
                || !text.near("expiredtoken", 300, 300, "assumerolewithwebidentity")
                        .isEmpty();
        if (expired) {
            add(Problem.WEB_IDENTITY_TOKEN_EXPIRED, facts);
        }
        boolean invalid = (text.has("web identity token") && text.has("could not be validated"))
                || text.has("invalididentitytoken");
        if (invalid && !found(Problem.OIDC_PROVIDER_MISSING, Problem.WEB_IDENTITY_AUDIENCE)) {
            add(Problem.WEB_IDENTITY_TOKEN_INVALID, facts);
        }
    }

    private void sts() {
        // the role of these remedies is the one that was to be assumed, and never the caller's
        Facts assumed = denied.get(Fact.ROLE).isPresent() ? denied.or(facts()) : denied;
        Facts facts = facts();
        String action = denied.get(Fact.ACTION).orElse("");
        boolean tags = text.has("not authorized to perform: sts:tagsession");
        if (tags) {
            add(Problem.TAG_SESSION_DENIED, assumed);
        } else if (action.equals("sts:AssumeRole")) {
            add(Problem.ASSUME_ROLE_DENIED, assumed);
        }
        if (tags || action.equals("sts:AssumeRole")) {
            Finding other = Problem.EXTERNAL_ID_MISSING.with(assumed);
            addOnce(new Finding(
                    other.problem(),
                    "Or, with the same text: "
                            + Character.toLowerCase(other.statement().charAt(0))
                            + other.statement().substring(1),
                    other.remedy(),
                    other.paste()));
        }
        if (text.has("packed size of session tags", "packedpolicytoolarge", "packedpolicysize")) {
            add(Problem.SESSION_TAGS_TOO_LARGE, facts);
        }
        if (text.has("1 hour session limit for roles assumed by role chaining")) {
            add(Problem.ROLE_CHAINING_ONE_HOUR, facts);
        }
        if (text.has("exceeds the maxsessionduration")) {
            add(Problem.MAX_SESSION_DURATION, facts);
        }
        if (text.has("sts is not activated in this region", "regiondisabled")) {
            add(Problem.STS_REGION_DISABLED, stsRegion(facts));
        }
        for (String host : List.of("sts.amazonaws.com", "//sts.", " sts.")) {
            if (!text.near(host, 200, 300, "timed out", "timeout", "unknownhost", "no such host", "not known")
                    .isEmpty()) {
                add(Problem.STS_UNREACHABLE, stsRegion(facts));
            }
        }
        if (text.has("service: sts", "service: awssecuritytokenservice") && text.has("throttling", "rate exceeded")) {
            add(Problem.STS_THROTTLES, facts);
        }
        if (text.has("ecs was unable to assume the role")) {
            add(Problem.ECS_CANNOT_ASSUME_ROLE, facts);
        }
    }

    private Facts stsRegion(Facts facts) {
        Facts with = facts;
        for (Name host : text.after("https://sts.", 1)) {
            int end = host.text().indexOf('.');
            with = with.with(Fact.REGION, end < 0 ? null : host.text().substring(0, end));
        }
        return with;
    }

    /** What the servers of the protocol answer. */
    private void agent() {
        Facts facts = facts().with(Fact.SETTING, TOKEN_FILE_SETTING);
        if (text.has("eks does not have permissions to assume the associated role")) {
            add(Problem.ROLE_TRUST_POLICY, facts);
        }
        if (text.has("not authorized to perform: eks-auth:assumeroleforpodidentity")) {
            add(Problem.NODE_ROLE_LACKS_EKS_AUTH, facts);
        }
        if (text.has("(resourcenotfoundexception)") && text.has("fault: client", "association")) {
            add(Problem.NO_ASSOCIATION, facts);
        }
        if (text.has("basic claim validations: token is expired") || service("expiredtokenexception", "client")) {
            add(Problem.FIXED_TOKEN_EXPIRED, facts);
        }
        if (text.has("basic claim validations: token is not valid yet")) {
            add(Problem.TOKEN_NOT_YET_VALID, facts);
        }
        if (text.has("service account token cannot be empty")) {
            add(Problem.TOKEN_NOT_SET, facts);
        }
        if (text.has("service account token cannot be parsed")) {
            add(
                    text.has("illegal base64 data at input byte 6")
                            ? Problem.TOKEN_HAS_BEARER_PREFIX
                            : Problem.TOKEN_FILE_NOT_A_TOKEN,
                    facts);
        }
        if (text.has("service account token missing pod claims")) {
            add(Problem.TOKEN_NOT_BOUND_TO_POD, facts);
        }
        if (text.has("called agent through invalid address")) {
            add(Problem.HOST_HEADER_REWRITTEN, facts);
        }
        if (service("invalidtokenexception", "client")) {
            add(Problem.TOKEN_OF_OTHER_CLUSTER, facts);
        }
        if (service("invalidparameterexception", "client") || service("invalidrequestexception", "client")) {
            add(Problem.EKS_AUTH_REJECTS_REQUEST, facts);
        }
        if (service("throttlingexception", "client")) {
            add(Problem.EKS_AUTH_THROTTLES, facts);
        }
        if (service("internalserverexception", "server") || service("serviceunavailableexception", "server")) {
            add(Problem.EKS_AUTH_FAILS, facts);
        }
        if (text.has("error getting credentials to cache") && text.has("no ec2 imds role found", "get credentials")) {
            add(Problem.AGENT_HAS_NO_CREDENTIALS, facts);
        }
        if (text.has("fetched credentials are expired or will expire")) {
            add(Problem.NODE_CLOCK_WRONG, facts);
        }
        if (text.has("credentialsv2request: id not found", "credentialsv2request: credentials not found")
                || text.has("invalididinrequest")) {
            add(Problem.ECS_ID_UNKNOWN, facts);
        }
        if (text.has("credentials uninitialized")) {
            add(Problem.ECS_AGENT_RESTARTED, facts);
        }
        if (text.has("no credential id in the request")) {
            add(Problem.ECS_ID_MISSING, facts.with(Fact.SETTING, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
        }
        if (text.has("you have reached maximum request limit")) {
            add(Problem.ECS_AGENT_LIMITS_REQUESTS, facts);
        }
        if (text.has("404 page not found")) {
            add(Problem.WRONG_PATH, facts);
        }
        if (text.has("context canceled") && text.has("eks auth", "eks-auth", "credentials")) {
            Finding general = Problem.CLIENT_TIMEOUT_TOO_SHORT.with(facts);
            addOnce(new Finding(
                    general.problem(),
                    "The agent logs \"context canceled\": a client's timeout is shorter than the agent's work, which"
                            + " takes up to 8 s when EKS Auth is slow",
                    "set the client's timeout for an attempt to 10 s or more; shorter attempts only multiply the load",
                    ""));
        }
    }

    /** Whether the agent passes on a code of EKS Auth; it writes the code and the fault into one line. */
    private boolean service(String code, String fault) {
        return text.has('(' + code + ')') && text.has("fault: " + fault);
    }

    private void connections() {
        Facts facts = facts();
        for (String host : List.of(EKS_AGENT, EKS_AGENT_IPV6)) {
            Facts named = facts.with(Fact.HOST, host.equals(EKS_AGENT_IPV6) ? "[" + host + "]" : host);
            String outcome = text.near(
                    host,
                    160,
                    240,
                    "connection refused",
                    "connect timed out",
                    "connection timed out",
                    "connect timeout",
                    "connecttimeout",
                    "i/o timeout",
                    "read timed out",
                    "read timeout",
                    "network is unreachable",
                    "no route to host");
            switch (outcome) {
                case "" -> {}
                case "connection refused" -> add(Problem.AGENT_REFUSES_CONNECTION, named);
                case "read timed out", "read timeout" -> add(Problem.AGENT_TIMES_OUT, named);
                case "network is unreachable" ->
                    add(host.equals(EKS_AGENT_IPV6) ? Problem.NO_IPV6 : Problem.NO_ROUTE_TO_AGENT, named);
                case "no route to host" -> add(Problem.NO_ROUTE_TO_AGENT, named);
                default -> add(Problem.AGENT_UNREACHABLE, named);
            }
        }
    }

    /** Clients that reject the host of the URI. */
    private void oldSdks() {
        boolean rejected = text.has(
                "host should resolve to a loopback address",
                "only loopback hosts are allowed",
                "can only retrieve metadata from these hosts",
                "is not a valid container metadata service hostname");
        if (!rejected) {
            return;
        }
        Facts facts = facts();
        if (text.has(EKS_AGENT_IPV6)) {
            add(text.has("com.amazonaws.") ? Problem.SDK_V1_NEEDS_IPV6_MODE : Problem.SDK_V2_NEEDS_IPV6_MODE, facts);
            return;
        }
        if (!text.has(EKS_AGENT)) {
            for (Name uri : text.after("http://", MOST_NAMES)) {
                String host = uri.text().split("[:/]", 2)[0];
                Facts named = facts.with(Fact.HOST, host);
                if (named.get(Fact.HOST).isPresent()) {
                    add(Problem.HOST_NOT_ALLOWED, named);
                    return;
                }
            }
        }
        add(Problem.SDK_TOO_OLD_FOR_POD_IDENTITY, facts);
    }

    private void tokenFiles() {
        boolean ofPod = text.has(TOKEN_FOLDER);
        boolean ofWebIdentity = text.has(WEB_IDENTITY_FOLDER);
        boolean unread =
                text.has("failed to read token file", "cannot fetch credentials from container - failed to read");
        boolean missing = text.has("nosuchfileexception", "no such file", "filenotfoundexception");
        boolean forbidden = text.has("permission denied", "java.nio.file.accessdeniedexception");
        boolean sandboxed =
                text.has("notentitledexception", "entitlement", "accesscontrolexception", "java.io.filepermission");
        boolean tokenFile = unread || ofPod || ofWebIdentity;
        if (!tokenFile || !(unread || missing || forbidden || sandboxed)) {
            return;
        }
        Facts facts = facts().with(Fact.SETTING, TOKEN_FILE_SETTING).with(Fact.FILE, path());
        if (ofWebIdentity && !ofPod) {
            add(Problem.WEB_IDENTITY_TOKEN_FILE_UNREADABLE, facts);
        } else if (sandboxed) {
            add(Problem.TOKEN_FILE_IN_SANDBOX, facts);
        } else if (forbidden) {
            add(Problem.TOKEN_FILE_PERMISSION_DENIED, facts);
        } else if (missing) {
            add(Problem.TOKEN_FILE_MISSING, facts);
        } else {
            add(Problem.TOKEN_FILE_IN_SANDBOX, facts);
        }
    }

    private String path() {
        String folder = text.has(TOKEN_FOLDER) ? TOKEN_FOLDER : WEB_IDENTITY_FOLDER;
        List<Name> rest = text.after(folder, 1);
        return rest.isEmpty() ? "" : folder + rest.get(0).text();
    }

    private void classPath() {
        Facts facts = facts();
        if (!text.near("module must be on the class", 60, 0, "'sts'", "aws-java-sdk-sts")
                .isEmpty()) {
            add(Problem.STS_MODULE_MISSING, facts);
        }
        if (!text.near("module must be on the class", 60, 0, "'sso'", "'ssooidc'")
                .isEmpty()) {
            add(Problem.SSO_MODULE_MISSING, facts);
        }
        // from 2.22 on, the same text goes on with "The SDK will use", and nothing fails
        if (text.has("multiple http implementations were found on the classpath")
                && !text.has("since it has the highest priority")) {
            add(Problem.MULTIPLE_HTTP_CLIENTS, facts);
        }
        if (text.has("unable to load an http implementation from any provider in the chain")) {
            add(Problem.NO_HTTP_CLIENT, facts);
        }
        if (text.has("unable to find a region via the region provider chain", "unable to load region from any of")) {
            add(Problem.REGION_MISSING, facts);
        }
        if (text.has("source profile name is not specified")) {
            add(Problem.SDK_V1_CREDENTIAL_SOURCE, facts);
        }
    }

    private void services() {
        Facts facts = facts();
        if (text.has("cannot change principals during re-authentication")) {
            add(Problem.MSK_PRINCIPAL_CHANGES, facts);
        } else if (text.has("saslauthenticationexception") && text.has("access denied")) {
            add(Problem.OTHER_IDENTITY_IN_JVM, facts);
        }
        boolean expired = text.has(
                "expiredtoken", "security token included in the request is expired", "provided token has expired");
        if (expired && !found(Problem.WEB_IDENTITY_TOKEN_EXPIRED, Problem.FIXED_TOKEN_EXPIRED)) {
            add(Problem.CREDENTIALS_COPIED_BY_APPLICATION, facts);
        }
        if (text.has("signature expired:", "signature not yet current", "requesttimetooskewed")) {
            addOnce(new Finding(
                    Problem.CLOCK_SKEW,
                    "AWS rejects the time of the request's signature: the local clock is off by more than 5 min",
                    Problem.CLOCK_SKEW.with(facts).remedy(),
                    ""));
        } else if (text.has(
                "invalidclienttokenid",
                "unrecognizedclientexception",
                "security token included in the request is invalid",
                "invalidaccesskeyid",
                "does not exist in our records",
                "signaturedoesnotmatch")) {
            add(Problem.ACCESS_KEY_REJECTED, facts);
        }
        if (text.has("sso session associated with this profile has expired", "sso token has expired")
                || text.has("the sso session has expired")) {
            add(Problem.SSO_LOGIN_EXPIRED, facts);
        }
        if (text.has("process-based credentials", "process-credentials", "credential_process")
                && text.has("failed", "error")) {
            add(Problem.CREDENTIAL_PROCESS_FAILED, facts);
        }
    }

    /** What a chain says of its sources: general, so it counts only where nothing specific was found. */
    private void sources() {
        Facts facts = facts();
        if (!text.near(INSTANCE_METADATA, 200, 200, "einval", "invalid argument")
                .isEmpty()) {
            add(Problem.ECS_FELL_THROUGH_TO_INSTANCE_METADATA, facts);
        }
        if (!findings.isEmpty()) {
            return;
        }
        boolean without =
                text.has("neither aws_container_credentials_full_uri or aws_container_credentials_relative_uri")
                        || text.has("the environment variable aws_container_credentials_relative_uri is empty");
        if (without) {
            boolean pod = known.get(Fact.NAMESPACE).isPresent()
                    || known.get(Fact.SERVICE_ACCOUNT).isPresent()
                    || known.get(Fact.POD).isPresent()
                    || text.has("/var/run/secrets/", "kubernetes", "pod identity");
            add(pod ? Problem.NO_CONTAINER_SETTINGS_IN_POD : Problem.NO_CONTAINER_SETTINGS, facts);
            return;
        }
        String metadata = text.near(INSTANCE_METADATA, 200, 300, "timed out", "timeout", "401", "unauthorized");
        String named = text.near("ec2 metadata", 200, 300, "timed out", "timeout", "401", "unauthorized");
        String imds = text.near("imds", 200, 300, "timed out", "timeout", "401", "unauthorized");
        if (!(metadata + named + imds).isEmpty()) {
            add(Problem.INSTANCE_METADATA_HOP_LIMIT, facts);
        }
    }

    /** The denial itself, and what the identity says about it. */
    private void authorization() {
        if (found(Problem.NODE_ROLE_LACKS_EKS_AUTH)) {
            return; // the text is the agent's, and so is the identity
        }
        Facts facts = facts();
        boolean specific = !findings.isEmpty();
        switch (caller.kind()) {
            case NODE -> {
                add(Problem.IDENTITY_OF_NODE, facts);
                Finding inPod = Problem.NODE_ROLE_IN_POD.with(facts.with(Fact.SOURCE, SourceName.CONTAINER.name()));
                addOnce(new Finding(
                        inPod.problem(),
                        "In a pod or a task, "
                                + Character.toLowerCase(inPod.statement().charAt(0))
                                + inPod.statement().substring(1),
                        inPod.remedy(),
                        inPod.paste()));
            }
            case POD_IDENTITY -> add(Problem.IDENTITY_OF_POD_IDENTITY, facts);
            case TASK -> add(Problem.IDENTITY_OF_TASK, facts);
            case WEB_IDENTITY_OR_ASSUMED_ROLE -> add(Problem.IDENTITY_OF_WEB_IDENTITY, facts);
            case OTHER_ROLE -> add(Problem.IDENTITY_OF_OTHER_ROLE, facts);
            case USER, ROOT -> add(Problem.IDENTITY_OF_USER, facts);
            case ANONYMOUS ->
                addOnce(new Finding(
                        Problem.NO_SOURCE_CONFIGURED,
                        "The request was not signed: the client has no credentials, or anonymous ones",
                        "give the client a credentials provider; where it has one, run doctor as the application runs",
                        ""));
            case UNKNOWN -> {}
        }
        boolean hasCredentials = caller.kind() != IdentityKind.NODE
                && caller.kind() != IdentityKind.ANONYMOUS
                && caller.kind() != IdentityKind.UNKNOWN;
        if (denial && !specific && hasCredentials) {
            boolean explicit = text.has("explicit deny");
            Finding missing = (explicit ? Problem.PERMISSION_DENIED : Problem.PERMISSION_MISSING).with(facts);
            boolean role = facts.get(Fact.ROLE).isPresent();
            addOnce(
                    role
                            ? missing
                            : new Finding(
                                    missing.problem(),
                                    missing.statement(),
                                    missing.remedy().replace("of the role", "of the user"),
                                    ""));
        }
    }

    private Fault fault() {
        boolean permissions = findings.stream().anyMatch(finding -> PERMISSIONS.contains(finding.problem()));
        boolean credentials = findings.stream()
                .anyMatch(finding ->
                        finding.problem().severity() != Severity.INFO && !PERMISSIONS.contains(finding.problem()));
        if (credentials) {
            return Fault.CREDENTIALS;
        }
        if (!permissions) {
            return Fault.UNKNOWN;
        }
        return switch (caller.kind()) {
            case POD_IDENTITY, TASK, UNKNOWN -> Fault.PERMISSIONS;
            default -> Fault.CREDENTIALS_OR_PERMISSIONS;
        };
    }

    /** The caller, what was denied, and what is known otherwise. The role is the caller's. */
    private Facts facts() {
        return caller.facts().or(action()).or(known);
    }

    private Facts action() {
        return Facts.none().with(Fact.ACTION, denied.get(Fact.ACTION).orElse(null));
    }

    private boolean found(Problem... problems) {
        return findings.stream().anyMatch(finding -> List.of(problems).contains(finding.problem()));
    }

    private void add(Problem problem, Facts facts) {
        addOnce(problem.with(facts));
    }

    private void addOnce(Finding finding) {
        if (!found(finding.problem())) {
            findings.add(finding);
        }
    }
}
