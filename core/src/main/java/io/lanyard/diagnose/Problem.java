// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The catalogue of the problems that Lanyard can name. The id of each is stable; it ends the message of a {@link
 * io.lanyard.CredentialsException} and is the anchor of its section in {@code docs/doctor.md}.
 *
 * <p>Texts have gaps such as <code>&#123;cluster}</code>, which {@link Facts} fill.
 */
public enum Problem {
    /** The container settings are missing in a pod. */
    NO_CONTAINER_SETTINGS_IN_POD(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The pod has no container credentials settings: it was created before its Pod Identity "
                    + "association, it has none, or the webhook missed it",
            "create the association if there is none (aws eks create-pod-identity-association), then "
                    + "recreate the pod; a restart of the container is not enough",
            """
            aws eks list-pod-identity-associations --cluster-name {cluster} --namespace {namespace} --service-account {service-account}
            aws eks create-pod-identity-association --cluster-name {cluster} --namespace {namespace} --service-account {service-account} --role-arn {role}
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The pod was created before its association. */
    POD_OLDER_THAN_ASSOCIATION(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The pod is older than its Pod Identity association, and settings are injected only when a pod "
                    + "is created",
            "recreate the pod; a restart of the container is not enough. Run doctor --gate in an init "
                    + "container to catch this",
            """
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The association exists, the pod is newer, and nothing was injected. */
    POD_MISSED_BY_WEBHOOK(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The pod is newer than its Pod Identity association, but the webhook has not injected the "
                    + "settings: it was not available, and its failurePolicy is Ignore",
            "recreate the pod, and check the health of the add-on; an admission policy or doctor --gate "
                    + "rejects such pods",
            """
            aws eks describe-addon --cluster-name {cluster} --addon-name eks-pod-identity-agent --query addon.health
            kubectl get mutatingwebhookconfigurations pod-identity-webhook -o yaml
            kubectl -n {namespace} delete pod {pod}
            """),
    /** Fargate or Windows. */
    NODE_WITHOUT_POD_IDENTITY(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The pod runs on Fargate or Windows, where EKS Pod Identity is not supported",
            "use IAM roles for service accounts (IRSA) there: annotate the service account with its role, "
                    + "and recreate the pod",
            """
            eksctl utils associate-iam-oidc-provider --cluster {cluster} --approve
            kubectl -n {namespace} annotate serviceaccount {service-account} eks.amazonaws.com/role-arn={role}
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The container settings are missing, and it is not known to be a pod. */
    NO_CONTAINER_SETTINGS(
            Area.SETTINGS,
            Severity.PROBLEM,
            "Neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
            "on EKS, create the Pod Identity association before the pod (aws eks "
                    + "create-pod-identity-association) and recreate the pod; on ECS, give the task a task role"),
    /** A task of ECS without a task role. */
    NO_TASK_ROLE(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The ECS task has no task role, so ECS has set no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; the "
                    + "execution role is not for the application",
            "set taskRoleArn in the task definition, register it, and deploy the service again",
            """
            aws ecs describe-task-definition --task-definition TASK_DEFINITION --query 'taskDefinition.[taskRoleArn,executionRoleArn]'
            aws ecs update-service --cluster {cluster} --service SERVICE --task-definition TASK_DEFINITION --force-new-deployment
            """),
    /** A token is set and no URI. */
    TOKEN_WITHOUT_URI(
            Area.SETTINGS,
            Severity.PROBLEM,
            "{setting} is set, but neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
                    + "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "set AWS_CONTAINER_CREDENTIALS_FULL_URI to the agent's URI (EKS Pod Identity: "
                    + "http://169.254.170.23/v1/credentials), or unset {setting}"),
    /** A variable is set to nothing. */
    BLANK_SETTING(
            Area.SETTINGS,
            Severity.WARNING,
            "{setting} is set but empty, often by an entrypoint or a manifest",
            "unset {setting}, or give it its value"),
    /** The environment of the application failed. */
    SETTING_CANNOT_BE_READ(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The setting {setting} cannot be read: the environment failed",
            "check the Environment given to the builder, or the security manager"),
    /** Keys in the environment win over the role of the container. */
    KEYS_SHADOW_CONTAINER(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The access key in {setting} wins over the credentials of the container, so the application has "
                    + "another identity than its role",
            "remove {setting} and the other access key settings from the manifest, the secret or the image, "
                    + "and recreate the pod",
            """
            kubectl -n {namespace} set env deployment/DEPLOYMENT AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-
            """),
    /** IRSA wins over Pod Identity. */
    WEB_IDENTITY_SHADOWS_CONTAINER(
            Area.SETTINGS,
            Severity.WARNING,
            "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE win over the credentials of the container, so the "
                    + "role of the Pod Identity association is not used",
            "to use Pod Identity, remove the annotation eks.amazonaws.com/role-arn and the two variables, "
                    + "and recreate the pod",
            """
            kubectl -n {namespace} annotate serviceaccount {service-account} eks.amazonaws.com/role-arn-
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The builder's SSLContext cannot be used. */
    SSL_CONTEXT_NOT_INITIALIZED(
            Area.SETTINGS,
            Severity.PROBLEM,
            "The SSLContext given to the builder cannot be used",
            "call SSLContext.init before the first resolve"),
    /** The agent needs longer than the client waits. */
    CLIENT_TIMEOUT_TOO_SHORT(
            Area.SETTINGS,
            Severity.WARNING,
            "{setting} lets an attempt wait for {amount}, but the EKS agent may take 8 s when EKS Auth is "
                    + "slow; it logs \"context canceled\" when the client leaves",
            "unset {setting}, or set it to 10 s or more; shorter attempts only multiply the load"),
    /** A proxy is set, and the agent is no exception. */
    PROXY_WITHOUT_EXCEPTION(
            Area.SETTINGS,
            Severity.WARNING,
            "{setting} is set and NO_PROXY does not name the agent: Lanyard bypasses the proxy, but other "
                    + "clients send it their token",
            "add 169.254.170.23, [fd00:ec2::23] and 169.254.170.2 to NO_PROXY (http.nonProxyHosts for the " + "JVM)"),
    /** The URI cannot be used. */
    INVALID_URI(
            Area.ADDRESS,
            Severity.PROBLEM,
            "{setting} is not a URI that can be used",
            "set {setting} as the platform gives it, for example http://169.254.170.23/v1/credentials or "
                    + "/v2/credentials/ID"),
    /** A token does not go to this host. */
    HOST_NOT_ALLOWED(
            Area.ADDRESS,
            Severity.PROBLEM,
            "The host {host} is not allowed: a token goes over http only to loopback, 169.254.170.2, "
                    + "169.254.170.23 or [fd00:ec2::23]",
            "use the agent's address, or https; for local development, allow the host by name in the builder"),
    /** An address in a form that parties read differently. */
    AMBIGUOUS_HOST(
            Area.ADDRESS,
            Severity.PROBLEM,
            "The host of {setting} is an address in a form that programs read differently",
            "write the address in full, for example 127.0.0.1 or [fd00:ec2::23]"),
    /** The name has no address. */
    HOST_UNRESOLVED(
            Area.ADDRESS,
            Severity.PROBLEM,
            "The host {host} cannot be resolved",
            "check the name and the resolver, or use the agent's IP address"),
    /** An old SDK rejects the agent's address. */
    SDK_TOO_OLD_FOR_POD_IDENTITY(
            Area.ADDRESS,
            Severity.PROBLEM,
            "An AWS SDK on the class path rejects the agent's address: \"invalid host. Host should resolve to "
                    + "a loopback address\" comes from v2 before 2.21.30 and from old v1",
            "upgrade the AWS SDK for Java to 2.21.30 or newer (v1: 1.12.746); where it is bundled, upgrade "
                    + "the product"),
    /** SDK v1 rejects the agent's IPv6 address. */
    SDK_V1_NEEDS_IPV6_MODE(
            Area.ADDRESS,
            Severity.PROBLEM,
            "SDK v1 rejects [fd00:ec2::23] unless AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6",
            "set AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6, or upgrade to SDK v2",
            """
            kubectl -n {namespace} set env deployment/DEPLOYMENT AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6
            """),
    /** SDK v2 rejects the agent's IPv6 address. */
    SDK_V2_NEEDS_IPV6_MODE(
            Area.ADDRESS,
            Severity.PROBLEM,
            "SDK v2 before 2.52 rejects [fd00:ec2::23] unless AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6",
            "set AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6, or upgrade the AWS SDK for Java to 2.52 or newer",
            """
            kubectl -n {namespace} set env deployment/DEPLOYMENT AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6
            """),
    /** The token file does not exist. */
    TOKEN_FILE_MISSING(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token file {file} does not exist: its volume is not mounted in this container",
            "check that the token volume is mounted in this container, and recreate the pod if it is not "
                    + "({setting})",
            """
            kubectl -n {namespace} get pod {pod} -o jsonpath='{.spec.containers[*].volumeMounts}'
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The token file is empty. */
    TOKEN_FILE_EMPTY(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token file {file} is empty: the kubelet or the program that writes it has not done so yet",
            "wait some seconds; then check that the token volume is mounted in this container, and recreate "
                    + "the pod if it is not ({setting})"),
    /** The process may not read the token file. */
    TOKEN_FILE_PERMISSION_DENIED(
            Area.TOKEN,
            Severity.PROBLEM,
            "This process may not read the token file {file}: it belongs to another user of the pod",
            "set securityContext.fsGroup, or run all containers of the pod as one user ({setting})",
            """
            kubectl -n {namespace} patch deployment DEPLOYMENT -p '{"spec":{"template":{"spec":{"securityContext":{"fsGroup":65534}}}}}'
            """),
    /** A sandbox keeps the JVM from the token file. */
    TOKEN_FILE_IN_SANDBOX(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token file {file} exists and may be read, but a sandbox of the application (a security "
                    + "manager, Elasticsearch's entitlements) denies it",
            "link the file into a directory that the application may read, and set the property "
                    + "aws.containerAuthorizationTokenFile to the link",
            """
            ln -s {file} CONFIG_DIRECTORY/eks-pod-identity-token
            """),
    /** A directory, a FIFO or a device. */
    TOKEN_FILE_NOT_REGULAR(
            Area.TOKEN,
            Severity.PROBLEM,
            "{file} is not a regular file",
            "point the setting at the file that holds the token ({setting})"),
    /** Reading fails for another reason. */
    TOKEN_FILE_UNREADABLE(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token file {file} cannot be read",
            "check the volume that holds it ({setting})"),
    /** The file holds something else. */
    TOKEN_FILE_NOT_A_TOKEN(
            Area.TOKEN,
            Severity.PROBLEM,
            "{setting} names a file that is not a service account token",
            "point {setting} at the projected token, "
                    + "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"),
    /** The file has more in it than a token. */
    TOKEN_FILE_HAS_OTHER_TEXT(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token in the file {file} has line breaks, control characters or characters beyond ASCII, "
                    + "and was not sent",
            "check what writes the file {file}"),
    /** The setting has more in it than a token. */
    FIXED_TOKEN_HAS_OTHER_TEXT(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token of {setting} is too long or has line breaks, control characters or characters beyond "
                    + "ASCII, and was not sent",
            "set {setting} to the token alone, without line breaks"),
    /** The EKS agent gets no token. */
    TOKEN_NOT_SET(
            Area.TOKEN,
            Severity.PROBLEM,
            "The EKS agent got no token",
            "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token's path"),
    /** The token begins with Bearer. */
    TOKEN_HAS_BEARER_PREFIX(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token of {setting} begins with \"Bearer \", which the EKS agent does not accept",
            "remove \"Bearer \" before the token of {setting}; the agent expects the token alone"),
    /** The token in the file has expired. */
    TOKEN_EXPIRED(
            Area.TOKEN,
            Severity.PROBLEM,
            "The service account token has expired and the kubelet has not renewed it, or the file of "
                    + "{setting} is a copy",
            "check that {setting} names the projected file itself and no copy of it, and that the kubelet "
                    + "can renew it; else recreate the pod",
            """
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The kubelet should have renewed the token by now. */
    TOKEN_RENEWAL_OVERDUE(
            Area.TOKEN,
            Severity.WARNING,
            "The service account token is past the age at which the kubelet renews it, and expires in " + "{amount}",
            "check that {setting} names the projected file itself and no copy of it, and that the node is " + "ready",
            """
            kubectl get nodes
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The node's clock is behind. */
    TOKEN_NOT_YET_VALID(
            Area.TOKEN,
            Severity.PROBLEM,
            "The agent takes the token for not valid yet: the node's clock is behind the API server's",
            "check the node's time synchronisation (chronyc tracking); Lanyard retries"),
    /** The token is for another service. */
    TOKEN_OF_OTHER_AUDIENCE(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token of {setting} is for the audience {audience}, not for pods.eks.amazonaws.com: it is "
                    + "the token of IRSA or of the API server",
            "point {setting} at the Pod Identity token, "
                    + "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"),
    /** The token was made by hand. */
    TOKEN_NOT_BOUND_TO_POD(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token of {setting} is not bound to a pod",
            "use the token that the kubelet projects into this pod ({setting}), not one made by kubectl "
                    + "create token"),
    /** EKS Auth does not accept the token of the file. */
    TOKEN_OF_OTHER_CLUSTER(
            Area.TOKEN,
            Severity.PROBLEM,
            "EKS Auth rejects the token: it belongs to another cluster or audience, or its pod no longer " + "exists",
            "point {setting} at this pod's own projected token"),
    /** A token that was read once has expired. */
    FIXED_TOKEN_EXPIRED(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token of {setting} has expired: it was read once, and the kubelet's newer one is only in "
                    + "the file",
            "in a pod, set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token instead; upgrade a "
                    + "client that reads the file only once"),
    /** EKS Auth does not accept the token of the setting. */
    FIXED_TOKEN_OF_OTHER_CLUSTER(
            Area.TOKEN,
            Severity.PROBLEM,
            "EKS Auth rejects the token of {setting}: it belongs to another cluster or audience, or its pod "
                    + "no longer exists",
            "in a pod, set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token instead"),
    /** The setting holds something else. */
    FIXED_TOKEN_NOT_A_TOKEN(
            Area.TOKEN,
            Severity.PROBLEM,
            "The token of {setting} is not a service account token",
            "in a pod, set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token instead"),
    /** A local server wants a token. */
    SERVER_REQUIRES_TOKEN(
            Area.TOKEN,
            Severity.PROBLEM,
            "The credentials server requires a token, and none is set",
            "set AWS_CONTAINER_AUTHORIZATION_TOKEN to the token that the server printed or was given, or "
                    + "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to its file"),
    /** A local server rejects the token of the file. */
    TOKEN_REJECTED_BY_SERVER(
            Area.TOKEN,
            Severity.PROBLEM,
            "The credentials server rejects the token in the file of {setting}",
            "check that the file is the one made for this server"),
    /** A local server rejects the token. */
    FIXED_TOKEN_REJECTED_BY_SERVER(
            Area.TOKEN,
            Severity.PROBLEM,
            "The credentials server rejects the token of {setting}",
            "set {setting} to the token that it printed or was given; after its restart that is a new one"),
    /** Nothing listens at the EKS agent's address. */
    AGENT_REFUSES_CONNECTION(
            Area.CONNECTION,
            Severity.PROBLEM,
            "Nothing listens at {host}: the EKS Pod Identity Agent is starting, restarting or crash-looping "
                    + "on this node",
            "check the agent's pods on this node (kubectl -n kube-system get ds,pods -l "
                    + "app.kubernetes.io/name=eks-pod-identity-agent -o wide); Lanyard retries",
            """
            kubectl -n kube-system get pods -l app.kubernetes.io/name=eks-pod-identity-agent -o wide
            kubectl -n kube-system logs -l app.kubernetes.io/name=eks-pod-identity-agent --tail=50
            # "cannot assign requested address" on nodes without IPv6:
            aws eks update-addon --cluster-name {cluster} --addon-name eks-pod-identity-agent --configuration-values '{"agent":{"additionalArgs":{"-b":"169.254.170.23"}}}'
            """),
    /** Connecting to the EKS agent times out. */
    AGENT_UNREACHABLE(
            Area.CONNECTION,
            Severity.PROBLEM,
            "Connecting to {host} times out: no agent runs on this node, or its packets are dropped",
            "install the add-on (aws eks create-addon --cluster-name {cluster} --addon-name "
                    + "eks-pod-identity-agent; not on Fargate or Windows), give it the tolerations of tainted nodes, "
                    + "and allow egress to 169.254.170.23/32 and fd00:ec2::23/128, port 80; on a new node, wait for "
                    + "the agent",
            """
            kubectl -n kube-system get pods -l app.kubernetes.io/name=eks-pod-identity-agent -o wide
            # no agent in the cluster:
            aws eks create-addon --cluster-name {cluster} --addon-name eks-pod-identity-agent
            # none on this node because of its taints:
            aws eks update-addon --cluster-name {cluster} --addon-name eks-pod-identity-agent --configuration-values '{"tolerations":[{"operator":"Exists"}]}'
            # one on this node, and network policies restrict the pod's egress (the first policy that selects a pod blocks its other egress):
            kubectl apply -f - <<'EOF'
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata:
              name: allow-eks-pod-identity-agent
              namespace: {namespace}
            spec:
              podSelector: {}
              policyTypes: [Egress]
              egress:
                - to:
                    - ipBlock: {cidr: 169.254.170.23/32}
                    - ipBlock: {cidr: "fd00:ec2::23/128"}
                  ports:
                    - {protocol: TCP, port: 80}
            EOF
            """),
    /** The address is IPv6, and this process has none. */
    NO_IPV6(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The agent's address {host} is IPv6, and this process has no IPv6",
            "use the IPv4 address of the agent; a JVM with java.net.preferIPv4Stack has no IPv6, nor has a "
                    + "cluster without it"),
    /** No route. */
    NO_ROUTE_TO_AGENT(
            Area.CONNECTION,
            Severity.PROBLEM,
            "No route leads to {host}",
            "check the pod's network and its network policies"),
    /** The EKS agent took the request and did not answer. */
    AGENT_TIMES_OUT(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The EKS agent took the request and did not answer in time: it was still trying to reach EKS "
                    + "Auth, or it hangs",
            "check the node's route to EKS Auth (NAT or the eks-auth VPC endpoint) and the agent's log; an "
                    + "attempt shorter than 8 s does not see the agent's own answer",
            """
            kubectl -n kube-system logs -l app.kubernetes.io/name=eks-pod-identity-agent --tail=50
            """),
    /** Nothing listens at the server's address. */
    SERVER_REFUSES_CONNECTION(
            Area.CONNECTION, Severity.PROBLEM, "Nothing listens at {host}", "check that the agent runs, and the port"),
    /** Connecting to the ECS agent or another server times out. */
    SERVER_UNREACHABLE(
            Area.CONNECTION,
            Severity.PROBLEM,
            "Connecting to {host} times out: its packets are dropped",
            "check network mode, firewall rules and, for ECS on the host network, "
                    + "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST"),
    /** The server took the request and did not answer. */
    SERVER_TIMES_OUT(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The credentials server took the request and did not answer in time",
            "check the server's log; a server that asks for MFA waits for a person"),
    /** The TLS handshake failed. */
    TLS_FAILED(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The TLS handshake with {host} failed",
            "check the agent's certificate: its names, its issuer in the JVM's trust store, its validity"),
    /** Something between the process and the agent answered. */
    PROXY_ANSWERS(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The answer may not be the agent's: the agent redirects the path of this URI, or a proxy or a "
                    + "service mesh received the request",
            "check the path of the URI, and keep proxies and meshes away from the agent's address; if a "
                    + "proxy received the request, treat the token as exposed and recreate the pod",
            """
            kubectl -n {namespace} delete pod {pod}
            """),
    /** An answer without credentials. */
    UNUSABLE_ANSWER(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The answer of {host} has no credentials in the form of the protocol",
            "check that the URI is the agent's, and that no proxy answers in its place"),
    /** Time ran out before the request. */
    DELAYED_BEFORE_REQUEST(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The load timed out before the request was sent",
            "check what delays this process: the resolution of the host name, or the volume that holds the "
                    + "token file"),
    /** The application's transport failed. */
    TRANSPORT_FAILED(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The transport that was given to the builder failed",
            "check the transport that was given to the builder"),
    /** A failure that Lanyard does not expect. */
    LANYARD_DEFECT(
            Area.CONNECTION,
            Severity.PROBLEM,
            "The load failed in a way that Lanyard does not expect",
            "report it as a defect, with the stack trace"),
    /** EKS Auth knows no association for the service account. */
    NO_ASSOCIATION(
            Area.AGENT,
            Severity.PROBLEM,
            "EKS has no Pod Identity association for the service account {service-account} in namespace "
                    + "{namespace}, or it is not visible yet",
            "create the association: aws eks create-pod-identity-association --cluster-name {cluster} "
                    + "--namespace {namespace} --service-account {service-account} --role-arn {role}; a new one is "
                    + "visible after some seconds",
            """
            aws eks list-pod-identity-associations --cluster-name {cluster} --namespace {namespace} --service-account {service-account}
            aws eks create-pod-identity-association --cluster-name {cluster} --namespace {namespace} --service-account {service-account} --role-arn {role}
            """),
    /** EKS may not assume the role of the association. */
    ROLE_TRUST_POLICY(
            Area.AGENT,
            Severity.PROBLEM,
            "EKS may not assume the role of the association: its trust policy lacks the principal, "
                    + "sts:AssumeRole or sts:TagSession, or has a condition that this pod does not meet",
            "allow the principal pods.eks.amazonaws.com both sts:AssumeRole and sts:TagSession in the role's trust "
                    + "policy, without conditions that this pod (namespace {namespace}, service account "
                    + "{service-account}) does not meet; a change takes a minute or two. Also check that the role "
                    + "exists and that no SCP denies it",
            """
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Principal": {"Service": "pods.eks.amazonaws.com"},
                  "Action": ["sts:AssumeRole", "sts:TagSession"]
                }
              ]
            }
            """),
    /** The node's role may not call EKS Auth. */
    NODE_ROLE_LACKS_EKS_AUTH(
            Area.AGENT,
            Severity.PROBLEM,
            "The node's role may not call eks-auth:AssumeRoleForPodIdentity",
            "attach AmazonEKSWorkerNodePolicy (or ...MinimalPolicy) to the node's role, and check that no "
                    + "VPC endpoint policy denies eks-auth:AssumeRoleForPodIdentity",
            """
            aws iam attach-role-policy --role-name NODE_ROLE --policy-arn arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy
            """),
    /** EKS Auth takes the agent's request for wrong. */
    EKS_AUTH_REJECTS_REQUEST(
            Area.AGENT,
            Severity.PROBLEM,
            "EKS Auth rejects the agent's request as invalid",
            "check the agent's --cluster-name, and that the token is bound to a pod",
            """
            kubectl -n kube-system get ds eks-pod-identity-agent -o yaml
            """),
    /** The limit of the account. */
    EKS_AUTH_THROTTLES(
            Area.AGENT,
            Severity.PROBLEM,
            "EKS Auth throttles this account and Region",
            "share one provider in a process, start fewer pods at once, and ask AWS Support for a higher " + "limit"),
    /** An error of EKS Auth. */
    EKS_AUTH_FAILS(
            Area.AGENT,
            Severity.PROBLEM,
            "EKS Auth failed",
            "wait, Lanyard retries; if it keeps failing, give the request id to AWS Support"),
    /** The agent cannot reach EKS Auth. */
    EKS_AUTH_UNREACHABLE(
            Area.AGENT,
            Severity.PROBLEM,
            "The agent answers 500 \"[]\": it cannot reach EKS Auth within a second",
            "check the node's route (NAT or the eks-auth VPC endpoint, its security group and DNS) and the "
                    + "proxy settings of the agent",
            """
            aws ec2 create-vpc-endpoint --vpc-id VPC --vpc-endpoint-type Interface --service-name com.amazonaws.{region}.eks-auth --subnet-ids SUBNETS --security-group-ids SECURITY_GROUP
            """),
    /** The agent itself has no credentials. */
    AGENT_HAS_NO_CREDENTIALS(
            Area.AGENT,
            Severity.PROBLEM,
            "The EKS agent has no AWS credentials of its own",
            "check the node's instance profile and its access to instance metadata",
            """
            aws ec2 describe-instances --instance-ids {instance} --query 'Reservations[].Instances[].[IamInstanceProfile,MetadataOptions]'
            """),
    /** The node's clock is wrong. */
    NODE_CLOCK_WRONG(
            Area.AGENT,
            Severity.PROBLEM,
            "The agent got credentials that seem to have expired: the node's clock is wrong",
            "check its time synchronisation (chronyc tracking)"),
    /** The agent was called by another address. */
    HOST_HEADER_REWRITTEN(
            Area.AGENT,
            Severity.PROBLEM,
            "The EKS agent was called by another address than its own: a DNS name, an expanded IPv6 address, "
                    + "or a sidecar or mesh that rewrites the Host header",
            "use the literal address, http://169.254.170.23 or http://[fd00:ec2::23], and keep a sidecar or "
                    + "mesh from rewriting the Host header",
            """
            # for Istio:
            kubectl -n {namespace} patch deployment DEPLOYMENT -p '{"spec":{"template":{"metadata":{"annotations":{"traffic.sidecar.istio.io/excludeOutboundIPRanges":"169.254.170.23/32"}}}}}'
            """),
    /** The agent's own limit. */
    AGENT_LIMITS_REQUESTS(
            Area.AGENT,
            Severity.PROBLEM,
            "Too many requests to the agent on this node",
            "share one provider in a process"),
    /** The ECS agent's own limit. */
    ECS_AGENT_LIMITS_REQUESTS(
            Area.AGENT,
            Severity.PROBLEM,
            "The ECS agent limits the requests of each client and path to 40 a second",
            "share one provider in a process, and look for another client in this task"),
    /** The ECS agent does not know the id. */
    ECS_ID_UNKNOWN(
            Area.AGENT,
            Severity.PROBLEM,
            "The ECS agent does not know the id in the URI: it was restarted and does not have its "
                    + "credentials back yet, or the task has stopped, or the URI was copied from another container",
            "wait a minute, Lanyard retries; then start the task again, and use the URI only in the "
                    + "container that it was set for"),
    /** The ECS agent has not its credentials back. */
    ECS_AGENT_RESTARTED(
            Area.AGENT,
            Severity.PROBLEM,
            "The ECS agent was restarted and does not have this task's credentials back yet",
            "wait a minute, Lanyard retries; if it stays so, start the task again"),
    /** A slash too many. */
    ECS_ID_ENDS_WITH_SLASH(
            Area.AGENT,
            Severity.PROBLEM,
            "{setting} ends with a slash, which the ECS agent takes for a part of the id",
            "remove the '/' at the end of {setting}"),
    /** The URI has no id. */
    ECS_ID_MISSING(
            Area.AGENT,
            Severity.PROBLEM,
            "{setting} has no id of a task",
            "end {setting} with the task's id, as ECS sets it"),
    /** The server has no such path. */
    WRONG_PATH(
            Area.AGENT,
            Severity.PROBLEM,
            "The path of the URI is not one of the agent's",
            "correct the path: the EKS agent has exactly /v1/credentials, the ECS agent /v2/credentials/ID, "
                    + "ecs-local /creds and /role/NAME"),
    /** A local server's own credentials may not assume the role. */
    SERVER_MAY_NOT_ASSUME_ROLE(
            Area.AGENT,
            Severity.PROBLEM,
            "The credentials of the server may not assume the role",
            "allow sts:AssumeRole in their policy and in the role's trust policy"),
    /** A local server's login has expired. */
    SERVER_HAS_NO_CREDENTIALS(
            Area.AGENT,
            Severity.PROBLEM,
            "The credentials server has no AWS credentials itself: its login has expired, or no profile is " + "loaded",
            "sign in again where it runs (aws-sso: aws-sso ecs load), and see its log"),
    /** Greengrass does not know the component. */
    GREENGRASS_REJECTS_COMPONENT(
            Area.AGENT,
            Severity.PROBLEM,
            "The Greengrass nucleus rejects the token of this component",
            "add the dependency aws.greengrass.TokenExchangeService to the component's recipe, and deploy it "
                    + "again",
            """
            ComponentDependencies:
              aws.greengrass.TokenExchangeService:
                VersionRequirement: ">=2.0.0"
                DependencyType: HARD
            """),
    /** Greengrass gets no credentials from IoT. */
    GREENGRASS_ROLE_ALIAS(
            Area.AGENT,
            Severity.PROBLEM,
            "AWS IoT gives the Greengrass nucleus no credentials",
            "check the role alias of the nucleus, the policy of its certificate "
                    + "(iot:AssumeRoleWithCertificate) and the role's trust in credentials.iot.amazonaws.com; the "
                    + "nucleus repeats a failure for up to 5 min"),
    /** An answer with credentials of the past. */
    AGENT_SERVES_EXPIRED_CREDENTIALS(
            Area.AGENT,
            Severity.PROBLEM,
            "The agent returned credentials that have expired",
            "check this machine's clock; if it is right, the agent cannot refresh its credentials (an ECS "
                    + "agent without its control plane, an EKS agent without EKS Auth): restart or fix the agent, or "
                    + "set expiredCredentials(ACCEPT) in the refresh policy to use expired credentials"),
    /** The local clock differs from the agent's. */
    CLOCK_SKEW(
            Area.AGENT,
            Severity.WARNING,
            "The local clock differs from the agent's by {amount}",
            "synchronise the clock (chronyc tracking); AWS rejects requests that are 5 min off"),
    /** The agent returns the same credentials. */
    CREDENTIALS_UNCHANGED(
            Area.AGENT,
            Severity.INFO,
            "The agent returns the same credentials until they are about to expire, as it does for an "
                    + "association with a target role (59 min)",
            "nothing is wrong: Lanyard loads them again late in their lifetime"),
    /** The session name is an instance id. */
    IDENTITY_OF_NODE(
            Area.IDENTITY,
            Severity.INFO,
            "The session name {session} is an instance: this is the identity of the node, which every source "
                    + "of the chain has failed to replace",
            "run doctor in the pod to see which source was skipped; the pod needs its own role, not more "
                    + "permissions for the node's",
            """
            aws eks list-pod-identity-associations --cluster-name {cluster} --namespace {namespace} --service-account {service-account}
            aws eks create-pod-identity-association --cluster-name {cluster} --namespace {namespace} --service-account {service-account} --role-arn {role}
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The session name begins with eks-. */
    IDENTITY_OF_POD_IDENTITY(
            Area.IDENTITY,
            Severity.INFO,
            "The session name {session} is EKS Pod Identity's: the pod has its credentials, so no "
                    + "credentials problem is behind the denial",
            "give the role {role} the permission {action}",
            """
            aws iam list-attached-role-policies --role-name ROLE_NAME
            aws iam simulate-principal-policy --policy-source-arn {role} --action-names {action}
            """),
    /** The session name is one that an SDK makes. */
    IDENTITY_OF_WEB_IDENTITY(
            Area.IDENTITY,
            Severity.INFO,
            "The session name {session} is one that an AWS SDK makes: a web identity (IRSA) or an assumed " + "role",
            "compare the role with the one that the pod should have: AWS_ROLE_ARN, or role_arn in the "
                    + "profile; if it is right, give it the permission {action}"),
    /** A user's access key. */
    IDENTITY_OF_USER(
            Area.IDENTITY,
            Severity.INFO,
            "The identity is a user: an access key from variables, properties or a profile",
            "where the pod should use its role, remove the access key settings; they win over the "
                    + "container's credentials"),
    /** A task of ECS. */
    IDENTITY_OF_TASK(
            Area.IDENTITY,
            Severity.INFO,
            "The session name {session} is the id of an ECS task: this is the task role",
            "give the task role the permission {action}; the execution role is not used by the application"),
    /** A session name of somebody's choice. */
    IDENTITY_OF_OTHER_ROLE(
            Area.IDENTITY,
            Severity.INFO,
            "The session name {session} was chosen by the program that assumed the role",
            "look for a profile or code that sets this session name (role_session_name, " + "AWS_ROLE_SESSION_NAME)"),
    /** A permission is missing, not credentials. */
    PERMISSION_MISSING(
            Area.IDENTITY,
            Severity.PROBLEM,
            "The credentials are valid, but no policy allows this identity {action}",
            "allow {action} in a policy of the role, and check resource policies, permission boundaries and " + "SCPs",
            """
            aws iam simulate-principal-policy --policy-source-arn {role} --action-names {action}
            """),
    /** The text of a denial has no ARN of a caller. */
    IDENTITY_NOT_NAMED(
            Area.IDENTITY,
            Severity.INFO,
            "The text does not name the identity whose request was denied; S3 and Kafka leave it out",
            "run doctor --probe as the application runs (same user, same variables and properties), and compare the"
                    + " ARN of the source in use with the role that you expect"),
    /** A policy denies it. */
    PERMISSION_DENIED(
            Area.IDENTITY,
            Severity.PROBLEM,
            "The credentials are valid, but a policy explicitly denies {action}",
            "find the Deny: in a policy of the role, a resource policy, a permission boundary, a session "
                    + "policy, a VPC endpoint policy or an SCP; an Allow does not help"),
    /** The pod uses the node's identity. */
    NODE_ROLE_IN_POD(
            Area.IDENTITY,
            Severity.PROBLEM,
            "The pod uses the role of its node, because {source} gave no credentials",
            "fix {source}; for Pod Identity, create the association and recreate the pod",
            """
            aws eks list-pod-identity-associations --cluster-name {cluster} --namespace {namespace} --service-account {service-account}
            aws eks create-pod-identity-association --cluster-name {cluster} --namespace {namespace} --service-account {service-account} --role-arn {role}
            kubectl -n {namespace} delete pod {pod}
            """),
    /** The CLI and the JVM differ. */
    OTHER_IDENTITY_IN_JVM(
            Area.IDENTITY,
            Severity.PROBLEM,
            "The AWS CLI in the container and the application in the JVM have different identities: their "
                    + "chains, properties and class paths differ",
            "run doctor as the application runs: same user, same -D properties, same class path; for MSK, "
                    + "set awsDebugCreds=true in the JAAS configuration to compare"),
    /** Not the identity that was asked for. */
    OTHER_IDENTITY(
            Area.IDENTITY,
            Severity.PROBLEM,
            "The identity in use is not the one that was asked for",
            "compare the source and the role with those that were asked for; the chain shows which source " + "wins"),
    /** MSK wants the same session name at every authentication. */
    MSK_PRINCIPAL_CHANGES(
            Area.STS,
            Severity.PROBLEM,
            "MSK answers \"Cannot change principals during re-authentication\": each renewal has a new session "
                    + "name",
            "assume a role with a fixed session name: awsRoleArn and awsRoleSessionName in the JAAS "
                    + "configuration of aws-msk-iam-auth",
            """
            sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required awsRoleArn="{role}" awsRoleSessionName="kafka-client" awsStsRegion="{region}";
            """),
    /** The caller may not pass session tags. */
    TAG_SESSION_DENIED(
            Area.STS,
            Severity.PROBLEM,
            "The caller may not tag the session of {role} (sts:TagSession): Pod Identity's session tags are "
                    + "transitive and go along with each AssumeRole",
            "allow sts:TagSession beside sts:AssumeRole both in the role's trust policy and in a policy of "
                    + "the caller, or set disableSessionTags on the association; where both are there, see "
                    + "external-id-missing",
            """
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": ["sts:AssumeRole", "sts:TagSession"],
                  "Resource": "{role}"
                }
              ]
            }
            """),
    /** The role wants an external id. */
    EXTERNAL_ID_MISSING(
            Area.STS,
            Severity.PROBLEM,
            "The trust policy of {role} asks for an sts:ExternalId that the caller does not send; STS names "
                    + "sts:TagSession or sts:AssumeRole in its place",
            "set external_id in the profile, or the ExternalId of the AssumeRole request, to the value of "
                    + "the trust policy"),
    /** The packed size is over the limit. */
    SESSION_TAGS_TOO_LARGE(
            Area.STS,
            Severity.PROBLEM,
            "The session policy and tags are over the limit (PackedPolicySize): the tags of EKS Pod Identity "
                    + "alone take about 74 %",
            "set disableSessionTags on the association, or pass fewer tags and shorter policies",
            """
            aws eks update-pod-identity-association --cluster-name {cluster} --association-id ASSOCIATION_ID --disable-session-tags
            """),
    /** A chained role lasts an hour at most. */
    ROLE_CHAINING_ONE_HOUR(
            Area.STS,
            Severity.PROBLEM,
            "The requested duration exceeds the 1 hour limit of role chaining: credentials of a role are "
                    + "used to assume another",
            "set the duration to 3600 s or less (duration_seconds in the profile, or the request)"),
    /** The role allows no session so long. */
    MAX_SESSION_DURATION(
            Area.STS,
            Severity.PROBLEM,
            "The requested duration exceeds the MaxSessionDuration of the role",
            "lower the duration, or raise the role's maximum",
            """
            aws iam update-role --role-name ROLE_NAME --max-session-duration 43200
            """),
    /** The caller may not assume the role. */
    ASSUME_ROLE_DENIED(
            Area.STS,
            Severity.PROBLEM,
            "The caller may not assume the role {role}",
            "allow sts:AssumeRole in the caller's policy and in the role's trust policy",
            """
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": ["sts:AssumeRole", "sts:TagSession"],
                  "Resource": "{role}"
                }
              ]
            }
            """),
    /** The account has no IAM OIDC provider for the cluster. */
    OIDC_PROVIDER_MISSING(
            Area.STS,
            Severity.PROBLEM,
            "STS finds no IAM OIDC provider for the token's issuer in the role's account (\"No OpenIDConnect "
                    + "provider found in your account\")",
            "create the IAM OIDC provider of this cluster in the role's account (eksctl utils "
                    + "associate-iam-oidc-provider --cluster {cluster} --approve), and check that the token is of this "
                    + "cluster; the same text comes from an STS Region that is off in the account",
            """
            aws eks describe-cluster --name {cluster} --query cluster.identity.oidc.issuer
            aws iam list-open-id-connect-providers
            eksctl utils associate-iam-oidc-provider --cluster {cluster} --approve
            """),
    /** STS cannot validate the token. */
    WEB_IDENTITY_TOKEN_INVALID(
            Area.STS,
            Severity.PROBLEM,
            "STS cannot validate the web identity token",
            "check that the IAM OIDC provider in the role's account has this cluster's issuer, and that the "
                    + "issuer is reachable from the internet",
            """
            aws eks describe-cluster --name {cluster} --query cluster.identity.oidc.issuer
            aws iam list-open-id-connect-providers
            """),
    /** The trust policy does not fit the token. */
    WEB_IDENTITY_TRUST_POLICY(
            Area.STS,
            Severity.PROBLEM,
            "The role's trust policy does not allow sts:AssumeRoleWithWebIdentity to this token: its "
                    + "condition on sub or aud does not match",
            "allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider in the role's trust policy with the "
                    + "conditions sub = system:serviceaccount:{namespace}:{service-account} and aud = {audience}, "
                    + "which the token has; a change takes a minute or two",
            """
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Principal": {"Federated": "arn:aws:iam::{account}:oidc-provider/{issuer}"},
                  "Action": "sts:AssumeRoleWithWebIdentity",
                  "Condition": {
                    "StringEquals": {
                      "{issuer}:sub": "system:serviceaccount:{namespace}:{service-account}",
                      "{issuer}:aud": "{audience}"
                    }
                  }
                }
              ]
            }
            """),
    /** The provider does not know the token's audience. */
    WEB_IDENTITY_AUDIENCE(
            Area.STS,
            Severity.PROBLEM,
            "STS answers \"Incorrect token audience\": the IAM OIDC provider does not have the token's "
                    + "audience {audience} among its client ids",
            "project the token with the audience sts.amazonaws.com, and add that to the client ids of the IAM OIDC "
                    + "provider; look for a stray character",
            """
            aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::{account}:oidc-provider/{issuer} --client-id {audience}
            """),
    /** The web identity token has expired. */
    WEB_IDENTITY_TOKEN_EXPIRED(
            Area.STS,
            Severity.PROBLEM,
            "The web identity token has expired",
            "check that AWS_WEB_IDENTITY_TOKEN_FILE names the projected file itself and no copy of it, and "
                    + "that the kubelet can renew it"),
    /** The web identity token's file cannot be read. */
    WEB_IDENTITY_TOKEN_FILE_UNREADABLE(
            Area.STS,
            Severity.PROBLEM,
            "The file of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read",
            "check that the file of AWS_WEB_IDENTITY_TOKEN_FILE is mounted in this container and that this "
                    + "process may read it (securityContext.fsGroup)",
            """
            kubectl -n {namespace} patch deployment DEPLOYMENT -p '{"spec":{"template":{"spec":{"securityContext":{"fsGroup":65534}}}}}'
            """),
    /** One of the two settings is missing. */
    WEB_IDENTITY_INCOMPLETE(
            Area.STS,
            Severity.PROBLEM,
            "Of AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE only one is set",
            "set both, as the annotation eks.amazonaws.com/role-arn does when the pod is created, or unset " + "both"),
    /** The ARN of the role is malformed. */
    ROLE_ARN_INVALID(
            Area.STS,
            Severity.PROBLEM,
            "STS answers \"Request ARN is invalid\": AWS_ROLE_ARN is not the ARN of a role",
            "check the annotation eks.amazonaws.com/role-arn of the service account",
            """
            kubectl -n {namespace} annotate --overwrite serviceaccount {service-account} eks.amazonaws.com/role-arn={role}
            """),
    /** STS cannot reach the issuer. */
    OIDC_ISSUER_UNREACHABLE(
            Area.STS,
            Severity.PROBLEM,
            "STS cannot reach the cluster's OIDC issuer",
            "make the issuer reachable from the internet; Lanyard retries"),
    /** The limit of STS. */
    STS_THROTTLES(
            Area.STS,
            Severity.PROBLEM,
            "STS throttles this account",
            "share one provider in a process, and start fewer pods at once"),
    /** STS is off in the Region. */
    STS_REGION_DISABLED(
            Area.STS,
            Severity.PROBLEM,
            "STS is not active in this Region for the account",
            "activate the Region, or set AWS_REGION to one that is active"),
    /** STS cannot be reached. */
    STS_UNREACHABLE(
            Area.STS,
            Severity.PROBLEM,
            "STS cannot be reached; older SDKs ask the global endpoint sts.amazonaws.com, which a private "
                    + "VPC does not reach",
            "check the pod's DNS and its route to the Region's STS (NAT or the sts VPC endpoint); with "
                    + "AWS_STS_REGIONAL_ENDPOINTS=regional the Region's endpoint is used",
            """
            kubectl -n {namespace} set env deployment/DEPLOYMENT AWS_STS_REGIONAL_ENDPOINTS=regional
            aws ec2 create-vpc-endpoint --vpc-id VPC --vpc-endpoint-type Interface --service-name com.amazonaws.{region}.sts --private-dns-enabled --subnet-ids SUBNETS --security-group-ids SECURITY_GROUP
            """),
    /** The application holds on to its first keys. */
    CREDENTIALS_COPIED_BY_APPLICATION(
            Area.STS,
            Severity.PROBLEM,
            "The credentials have expired after one lifetime: the application probably keeps a copy of the "
                    + "first ones",
            "give clients the provider, not the keys that it returned once; look for "
                    + "StaticCredentialsProvider and for keys copied into properties"),
    /** AWS does not accept the access key. */
    ACCESS_KEY_REJECTED(
            Area.STS,
            Severity.PROBLEM,
            "AWS does not accept the access key: it was deleted, it lacks its session token or its secret, or it is of"
                    + " another partition",
            "run doctor to see which source the key comes from; remove access key settings that are left over in the"
                    + " environment, the system properties or the credentials file",
            """
            kubectl -n {namespace} set env deployment/DEPLOYMENT AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-
            """),
    /** ECS may not assume the role of the task. */
    ECS_CANNOT_ASSUME_ROLE(
            Area.STS,
            Severity.PROBLEM,
            "ECS cannot assume the role of the task",
            "allow ecs-tasks.amazonaws.com sts:AssumeRole in the role's trust policy; the identity that starts the "
                    + "task needs iam:PassRole on the role",
            """
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                  "Action": "sts:AssumeRole"
                }
              ]
            }
            """),
    /** No source gives credentials. */
    NO_SOURCE_CONFIGURED(
            Area.CHAIN,
            Severity.PROBLEM,
            "No source of the chain is configured, and instance metadata gives no credentials",
            "on a developer's machine, sign in (aws sso login, or aws configure) and set AWS_PROFILE to the "
                    + "profile; on EC2, attach an instance profile and let this process reach instance metadata"),
    /** Instance metadata does not answer in a pod. */
    INSTANCE_METADATA_HOP_LIMIT(
            Area.CHAIN,
            Severity.PROBLEM,
            "Instance metadata does not answer a container, or answers 401: its hop limit is 1, which ends "
                    + "at the node",
            "give the pod its own role (Pod Identity) in place of the node's; where it must be the node's, "
                    + "raise the hop limit to 2 (3 with some overlay networks)",
            """
            aws ec2 modify-instance-metadata-options --instance-id {instance} --http-tokens required --http-put-response-hop-limit 2
            """),
    /** A task asks instance metadata, which it cannot reach. */
    ECS_FELL_THROUGH_TO_INSTANCE_METADATA(
            Area.CHAIN,
            Severity.PROBLEM,
            "A task on ECS or Fargate asks instance metadata (EINVAL, \"Invalid argument\" from "
                    + "169.254.169.254): it has no task role, or this process has lost "
                    + "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "set taskRoleArn in the task definition; a process started by cron, sudo or sshd needs the "
                    + "variable passed on",
            """
            export $(tr '\\0' '\\n' < /proc/1/environ | grep '^AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=')
            """),
    /** The SDK's sts module is missing. */
    STS_MODULE_MISSING(
            Area.CHAIN,
            Severity.PROBLEM,
            "Web identity and assumed roles need the SDK's sts module, which is not on the class path",
            "add the dependency software.amazon.awssdk:sts (SDK v1: com.amazonaws:aws-java-sdk-sts)",
            """
            <dependency>
              <groupId>software.amazon.awssdk</groupId>
              <artifactId>sts</artifactId>
            </dependency>
            """),
    /** The SDK's sso modules are missing. */
    SSO_MODULE_MISSING(
            Area.CHAIN,
            Severity.PROBLEM,
            "The profile needs the SDK's sso and ssooidc modules, which are not on the class path",
            "add the dependency software.amazon.awssdk:sso, and software.amazon.awssdk:ssooidc for an " + "sso-session",
            """
            <dependency>
              <groupId>software.amazon.awssdk</groupId>
              <artifactId>sso</artifactId>
            </dependency>
            <dependency>
              <groupId>software.amazon.awssdk</groupId>
              <artifactId>ssooidc</artifactId>
            </dependency>
            """),
    /** Both URIs are set. */
    TWO_URIS(
            Area.SETTINGS,
            Severity.WARNING,
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are both set; the relative URI"
                    + " wins",
            "unset the one that is not meant"),
    /** A configured source fails and stops the chain. */
    SOURCE_STOPS_THE_CHAIN(
            Area.CHAIN,
            Severity.PROBLEM,
            "The source {source} is configured and fails, so no later source is used",
            "fix {source}, or remove its settings if it is not meant"),
    /** A shadowed source would fail. */
    SHADOWED_SOURCE_WOULD_FAIL(
            Area.CHAIN,
            Severity.WARNING,
            "The source {source} is shadowed, and would fail if it were used",
            "fix {source} before the credentials that shadow it are removed"),
    /** Temporary credentials are in settings, where nothing renews them. */
    FIXED_CREDENTIALS_EXPIRE(
            Area.CHAIN,
            Severity.WARNING,
            "The credentials of {source} are temporary, and nothing renews them",
            "use a source that Lanyard refreshes in place of temporary credentials in settings"),
    /** No HTTP client is on the class path. */
    NO_HTTP_CLIENT(
            Area.CHAIN,
            Severity.WARNING,
            "No synchronous HTTP client of the AWS SDK is on the class path, so STS and SSO cannot be called",
            "add software.amazon.awssdk:url-connection-client or apache-client"),
    /** Several HTTP clients of the SDK. */
    MULTIPLE_HTTP_CLIENTS(
            Area.CHAIN,
            Severity.PROBLEM,
            "Several HTTP clients of the SDK are on the class path, so the chain of an SDK before 2.22 cannot ask STS "
                    + "and silently goes on to the node's role",
            "upgrade the SDK to 2.22 or newer, leave one HTTP client of the SDK on the class path, or set the system "
                    + "property software.amazon.awssdk.http.service.impl",
            """
            -Dsoftware.amazon.awssdk.http.service.impl=software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService
            """),
    /** Modules of the SDK of different versions. */
    SDK_VERSIONS_MIXED(
            Area.CHAIN,
            Severity.WARNING,
            "Modules of the AWS SDK have different versions ({version} and others)",
            "import the SDK's BOM (software.amazon.awssdk:bom), so that all modules have one version"),
    /** No Region is known. */
    REGION_MISSING(
            Area.CHAIN,
            Severity.PROBLEM,
            "The SDK knows no Region (\"Unable to find a region via the region provider chain\")",
            "set AWS_REGION",
            """
            kubectl -n {namespace} set env deployment/DEPLOYMENT AWS_REGION={region}
            """),
    /** SDK v1 does not know credential_source. */
    SDK_V1_CREDENTIAL_SOURCE(
            Area.CHAIN,
            Severity.PROBLEM,
            "An old SDK v1 answers \"Source profile name is not specified\": it does not know "
                    + "credential_source in a profile",
            "upgrade to SDK v2, or give the profile a source_profile"),
    /** Half of an access key is set. */
    KEY_PAIR_INCOMPLETE(
            Area.CHAIN,
            Severity.PROBLEM,
            "Of the access key id and the secret access key only one is set ({setting} is missing)",
            "set {setting} too, or unset both"),
    /** The profile lacks something. */
    PROFILE_INCOMPLETE(
            Area.CHAIN,
            Severity.PROBLEM,
            "The profile lacks what its kind of credentials needs",
            "complete the profile in the config or credentials file, or set AWS_PROFILE to another"),
    /** The profile files cannot be read. */
    PROFILE_FILE_UNREADABLE(
            Area.CHAIN,
            Severity.PROBLEM,
            "A profile file exists and cannot be read or parsed",
            "check the file's permissions and its syntax; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE "
                    + "name other files"),
    /** The credential_process failed. */
    CREDENTIAL_PROCESS_FAILED(
            Area.CHAIN,
            Severity.PROBLEM,
            "The credential_process of the profile failed",
            "run the profile's credential_process by hand as the user of this process, and fix what it " + "reports"),
    /** The login has expired. */
    SSO_LOGIN_EXPIRED(
            Area.CHAIN,
            Severity.PROBLEM,
            "The login of AWS IAM Identity Center has expired",
            "sign in again: aws sso login",
            """
            aws sso login
            """),
    /** A source asks the chain that asks it. */
    CHAIN_CALLS_ITSELF(
            Area.CHAIN,
            Severity.PROBLEM,
            "A provider takes its credentials from the chain that asks it",
            "give the provider credentials of its own, not those of this chain"),
    /** A provider does not answer. */
    PROVIDER_HANGS(
            Area.CHAIN, Severity.PROBLEM, "A provider did not answer in time", "look for what the provider waits for");

    /** What the problem is about; the catalogue is shown in this order. */
    enum Area {
        /** Settings and the pod they come from. */
        SETTINGS("Settings"),
        /** URI and host. */
        ADDRESS("The agent's address"),
        /** The authorization token and its file. */
        TOKEN("The token"),
        /** Reaching the agent. */
        CONNECTION("The connection to the agent"),
        /** Answers of agents and of other credentials servers. */
        AGENT("The agent's answers"),
        /** Whose identity is in use. */
        IDENTITY("The identity in use"),
        /** Answers of STS and of other services. */
        STS("The answers of STS and other services"),
        /** The sources of the chain, and the class path. */
        CHAIN("The chain and the class path");

        private final String title;

        Area(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private static final Map<String, Problem> BY_ID =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Problem::id, problem -> problem));

    private final Area area;
    private final Severity severity;
    private final String statement;
    private final String remedy;
    private final String paste;

    Problem(Area area, Severity severity, String statement, String remedy) {
        this(area, severity, statement, remedy, "");
    }

    Problem(Area area, Severity severity, String statement, String remedy, String paste) {
        this.area = area;
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
     * Returns the problem of an id.
     *
     * @param id the id
     * @return the problem; empty when there is none of that id
     */
    public static Optional<Problem> of(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }

    Area area() {
        return area;
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
        return Finding.of(this, facts);
    }
}
