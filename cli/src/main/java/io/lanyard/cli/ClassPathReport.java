// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import io.lanyard.cli.SdkCopy.Support;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which AWS SDKs are on a class path, what they support, and what that means.
 *
 * <p>A copy is found by the names of its classes, whatever package they were moved to. What it supports is read from the
 * constants of its class {@code ContainerCredentialsProvider}; where that class cannot be read, the version decides.
 *
 * @param copies the SDKs, in order of their root packages
 * @param skipped what was not read, with the reason
 * @param containers how many jars and folders were read
 * @param findings the problems that were found
 */
record ClassPathReport(List<SdkCopy> copies, List<String> skipped, int containers, List<Finding> findings) {

    /**
     * What the application needs of its class path.
     *
     * @param ipv6 whether the URI of the container's credentials has the agent's IPv6 address
     * @param webIdentity whether web identity is configured
     * @param httpClientChosen whether a setting names the SDK's HTTP client
     */
    record Needs(boolean ipv6, boolean webIdentity, boolean httpClientChosen) {
        static final Needs NONE = new Needs(false, false, false);

        /** What the variables and properties of this process show. */
        static Needs ofThisProcess() {
            String uri = System.getenv().getOrDefault("AWS_CONTAINER_CREDENTIALS_FULL_URI", "");
            boolean ipv6 = uri.contains("[")
                    && !"IPv6"
                            .equalsIgnoreCase(
                                    System.getenv().getOrDefault("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", ""));
            return new Needs(
                    ipv6,
                    System.getenv().containsKey("AWS_WEB_IDENTITY_TOKEN_FILE"),
                    System.getenv().containsKey("SYNC_HTTP_SERVICE_IMPL")
                            || System.getProperty("software.amazon.awssdk.http.service.impl") != null);
        }
    }

    private static final Pattern SHOWN = Pattern.compile("[A-Za-z0-9._+@!/-]{1,120}");

    /** A foreign name, or a word in its place when it has characters that are not shown. */
    static String shown(String foreign, String otherwise) {
        return SHOWN.matcher(foreign).matches() ? foreign : otherwise;
    }

    static ClassPathReport of(String classPath, Needs needs, Facts facts) {
        return of(classPath, needs, facts, ClassPathScan.Limits.DEFAULT);
    }

    static ClassPathReport of(String classPath, Needs needs, Facts facts, ClassPathScan.Limits limits) {
        Collector collector = new Collector();
        ClassPathScan scan = new ClassPathScan(limits, collector);
        scan.scan(classPath);
        List<SdkCopy> copies = collector.copies();
        return new ClassPathReport(
                copies, List.copyOf(scan.skipped()), scan.containers(), findings(copies, needs, facts));
    }

    /** The report in words: a line for each copy, then what was skipped. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (SdkCopy copy : copies) {
            lines.add(copy.named() + ": Pod Identity " + words(copy.podIdentity()) + ", its IPv6 address "
                    + words(copy.ipv6()) + ", sts " + (copy.sts() ? "present" : "absent") + ", sso "
                    + (copy.sso() ? "present" : "absent")
                    + (copy.generation() == 2 ? ", HTTP clients: " + clients(copy) : ""));
        }
        if (copies.isEmpty()) {
            lines.add("No AWS SDK for Java in " + containers + " jars and folders");
        }
        skipped.stream().limit(10).forEach(line -> lines.add("Skipped: " + line));
        if (skipped.size() > 10) {
            lines.add("Skipped: " + (skipped.size() - 10) + " more");
        }
        return lines;
    }

    private static String clients(SdkCopy copy) {
        return copy.httpClients().isEmpty() ? "none" : String.join(", ", copy.httpClients());
    }

    private static String words(Support support) {
        return switch (support) {
            case YES -> "supported";
            case WITH_IPV6_MODE -> "only with AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6";
            case NO -> "not supported";
            case UNKNOWN -> "not known";
        };
    }

    private static List<Finding> findings(List<SdkCopy> copies, Needs needs, Facts facts) {
        List<Finding> findings = new ArrayList<>();
        for (SdkCopy copy : copies) {
            Facts known = facts.with(Fact.VERSION, copy.version().orElse(null));
            if (copy.podIdentity() == Support.NO) {
                Finding old = Problem.SDK_TOO_OLD_FOR_POD_IDENTITY.with(known);
                findings.add(new Finding(
                        old.problem(),
                        copy.named() + " rejects the address of the EKS Pod Identity Agent",
                        old.remedy(),
                        old.paste()));
            } else if (needs.ipv6() && copy.ipv6() == Support.WITH_IPV6_MODE) {
                Finding mode = (copy.generation() == 1
                                ? Problem.SDK_V1_NEEDS_IPV6_MODE
                                : Problem.SDK_V2_NEEDS_IPV6_MODE)
                        .with(known);
                findings.add(new Finding(
                        mode.problem(),
                        copy.named() + " rejects [fd00:ec2::23] unless AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv6",
                        mode.remedy(),
                        mode.paste()));
            }
            if (copy.versions().size() > 1) {
                Finding mixed = Problem.SDK_VERSIONS_MIXED.with(known);
                findings.add(new Finding(
                        mixed.problem(),
                        "Modules of AWS SDK v" + copy.generation() + " (" + copy.root() + ") have different versions: "
                                + String.join(", ", copy.versions()),
                        mixed.remedy(),
                        mixed.paste()));
            }
            if (needs.webIdentity() && !copy.sts()) {
                findings.add(of(copy, Problem.STS_MODULE_MISSING.with(known)));
            }
            // what was relocated is of a product, which may have its own client
            if (copy.generation() == 2
                    && !copy.relocated()
                    && copy.httpClients().isEmpty()) {
                findings.add(of(copy, Problem.NO_HTTP_CLIENT.with(known)));
            }
            if (copy.httpClients().size() > 1 && !copy.choosesHttpClient() && !needs.httpClientChosen()) {
                Finding several = Problem.MULTIPLE_HTTP_CLIENTS.with(known);
                findings.add(new Finding(
                        several.problem(),
                        several.statement() + ": " + clients(copy),
                        several.remedy(),
                        several.paste()));
            }
        }
        return findings;
    }

    private static Finding of(SdkCopy copy, Finding general) {
        return new Finding(
                general.problem(), general.statement() + " (" + copy.named() + ")", general.remedy(), general.paste());
    }

    /** Collects what belongs to each copy while a class path is walked. */
    private static final class Collector implements ClassPathScan.Visitor {

        private static final String V2 = "software/amazon/awssdk/";
        private static final String V1 = "com/amazonaws/";
        /** Classes that show a copy, after its root, and the generation. */
        private static final Map<String, Integer> MARKS = Map.of(
                "auth/credentials/ContainerCredentialsProvider.class", 2,
                "auth/credentials/DefaultCredentialsProvider.class", 2,
                "auth/ContainerCredentialsProvider.class", 1,
                "auth/DefaultAWSCredentialsProviderChain.class", 1);

        private static final String V2_PROVIDER = "auth/credentials/ContainerCredentialsProvider";
        private static final String V1_PROVIDER = "auth/ContainerCredentialsProvider";
        private static final String V2_VERSION = "core/util/VersionInfo.class";
        private static final String V1_VERSION = "sdk/versionInfo.properties";
        private static final String V2_HTTP_CHOICE = "core/internal/http/loader/ClasspathSdkHttpServiceProvider.class";
        private static final Map<String, String> MODULES = Map.of(
                "services/sts/StsClient.class", "sts",
                "services/sso/SsoClient.class", "sso",
                "services/securitytoken/AWSSecurityTokenService.class", "sts");
        private static final String SERVICES = "META-INF/services/";
        private static final String HTTP_SERVICE = ".http.SdkHttpService";
        private static final String POM = "/pom.properties";
        private static final String V2_MAVEN = "META-INF/maven/software.amazon.awssdk/";
        private static final String V1_MAVEN = "META-INF/maven/com.amazonaws/aws-java-sdk-";

        private static final Pattern VERSION =
                Pattern.compile("[0-9]{1,4}\\.[0-9]{1,5}\\.[0-9]{1,6}(-[A-Za-z0-9]{1,20})?");
        private static final Pattern VERSION_LINE =
                Pattern.compile("^version[ =:]+([0-9][0-9A-Za-z.-]{0,40})[ \\t]*$", Pattern.MULTILINE);
        private static final Pattern CLASS_NAME = Pattern.compile("[A-Za-z0-9_.$]{1,200}");
        /** Roots are made of the names of entries, of which a hostile jar has any number. */
        private static final int MOST_COPIES = 100;

        private static final String ECS = "169.254.170.2";
        private static final String AGENT = "169.254.170.23";
        private static final String AGENT_IPV6 = "fd00:ec2::23";
        private static final String IPV6_MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";

        private final Map<String, Copy> found = new TreeMap<>();

        /** What was found of one copy. */
        private static final class Copy {
            private int generation;
            private final Set<String> containers = new TreeSet<>();
            private final Set<String> versions = new TreeSet<>(Collector::compareVersions);
            private final Set<String> modules = new TreeSet<>();
            private final Set<String> httpClients = new TreeSet<>();
            /** The constants of the provider's classes. */
            private final Set<String> constants = new TreeSet<>();

            /** Whether the default chain is there, whose name no other library has. */
            private boolean chain;

            private boolean provider;
            private boolean providerRead;
            private @Nullable Boolean choosesHttpClient;
        }

        @Override
        public boolean entry(String container, String name) {
            if (!name.endsWith(".class")) {
                boolean pom = name.endsWith(POM) && (name.startsWith(V2_MAVEN) || name.startsWith(V1_MAVEN));
                boolean service = name.startsWith(SERVICES) && name.endsWith(HTTP_SERVICE);
                return pom || service || name.endsWith(V1_VERSION);
            }
            for (Map.Entry<String, Integer> mark : MARKS.entrySet()) {
                Copy copy = copy(name, mark.getKey());
                if (copy != null) {
                    copy.generation = mark.getValue();
                    copy.containers.add(container);
                    boolean provider = name.endsWith("/ContainerCredentialsProvider.class");
                    copy.provider |= provider;
                    copy.chain |= !provider;
                }
            }
            for (Map.Entry<String, String> module : MODULES.entrySet()) {
                Copy copy = copy(name, module.getKey());
                if (copy != null) {
                    copy.modules.add(module.getValue());
                }
            }
            return name.endsWith(V2_VERSION)
                    || name.endsWith(V2_HTTP_CHOICE)
                    || name.contains(V1_PROVIDER)
                    || name.contains(V2_PROVIDER);
        }

        @Override
        public void content(String container, String name, byte[] content) {
            String text = new String(content, StandardCharsets.ISO_8859_1);
            if (name.endsWith(POM)) {
                Copy copy = copyOf(name.startsWith(V2_MAVEN) ? V2 : V1);
                Matcher line = VERSION_LINE.matcher(text);
                if (copy != null && line.find()) {
                    copy.versions.add(line.group(1));
                }
            } else if (name.startsWith(SERVICES)) {
                String root = name.substring(SERVICES.length(), name.length() - HTTP_SERVICE.length()) + ".";
                Copy copy = copyOf(root.replace('.', '/'));
                if (copy != null) {
                    text.lines()
                            .map(line -> line.split("#", 2)[0].strip())
                            .filter(CLASS_NAME.asMatchPredicate())
                            .limit(20)
                            .map(type ->
                                    type.substring(type.lastIndexOf('.') + 1).replace("SdkHttpService", ""))
                            .forEach(copy.httpClients::add);
                }
            } else if (name.endsWith(V1_VERSION)) {
                Copy copy = copy(name, V1_VERSION);
                Matcher line = VERSION_LINE.matcher(text);
                if (copy != null && line.find()) {
                    copy.versions.add(line.group(1));
                }
            } else if (name.endsWith(V2_VERSION)) {
                Copy copy = copy(name, V2_VERSION);
                Matcher version = VERSION.matcher(text);
                if (copy != null && version.find()) {
                    copy.versions.add(version.group());
                }
            } else if (name.endsWith(V2_HTTP_CHOICE)) {
                Copy copy = copy(name, V2_HTTP_CHOICE);
                if (copy != null) {
                    copy.choosesHttpClient = text.contains("has the highest priority");
                }
            } else {
                provider(name, text);
            }
        }

        /** The provider and its nested classes; the constants are spread over them. */
        private void provider(String name, String text) {
            String mark = name.contains(V2_PROVIDER) ? V2_PROVIDER : V1_PROVIDER;
            int at = name.indexOf(mark);
            Copy copy = copyOf(name.substring(0, at));
            if (copy == null) {
                return;
            }
            copy.providerRead = true;
            for (String constant : List.of(ECS, AGENT, AGENT_IPV6, IPV6_MODE)) {
                if (text.contains(constant)) {
                    copy.constants.add(constant);
                }
            }
        }

        private @Nullable Copy copy(String name, String suffix) {
            return name.endsWith(suffix) ? copyOf(name.substring(0, name.length() - suffix.length())) : null;
        }

        private @Nullable Copy copyOf(String path) {
            String root = withoutFolder(path);
            if (!root.endsWith("/") && !root.isEmpty()) {
                return null; // the end of a longer name
            }
            boolean own = root.equals(V2) || root.equals(V1);
            if (found.size() >= MOST_COPIES && !own && !found.containsKey(root)) {
                return null;
            }
            return found.computeIfAbsent(root, unused -> new Copy());
        }

        /** A war and an exploded Boot jar have their classes in a folder; a multi-release jar in another. */
        private static String withoutFolder(String path) {
            for (String folder : List.of("BOOT-INF/classes/", "WEB-INF/classes/")) {
                if (path.startsWith(folder)) {
                    return path.substring(folder.length());
                }
            }
            if (path.startsWith("META-INF/versions/")) {
                int end = path.indexOf('/', "META-INF/versions/".length());
                return end < 0 ? path : path.substring(end + 1);
            }
            return path;
        }

        List<SdkCopy> copies() {
            List<SdkCopy> copies = new ArrayList<>();
            found.forEach((root, copy) -> {
                // another library may have a class ContainerCredentialsProvider
                boolean sdk = root.equals(V2) || root.equals(V1) || copy.chain || copy.constants.contains(ECS);
                if (copy.generation != 0 && sdk) {
                    copies.add(copy(root, copy));
                }
            });
            return copies;
        }

        private static SdkCopy copy(String root, Copy copy) {
            boolean second = copy.generation == 2;
            Optional<String> version = copy.versions.stream().findFirst();
            return new SdkCopy(
                    copy.generation,
                    shown(
                            root.isEmpty()
                                    ? "the root package"
                                    : root.substring(0, root.length() - 1).replace('/', '.'),
                            "another package"),
                    !root.equals(second ? V2 : V1),
                    version.map(known -> shown(known, "of unknown version")),
                    copy.versions.stream().map(known -> shown(known, "unknown")).toList(),
                    Set.copyOf(copy.containers),
                    Support.of(copy.provider),
                    podIdentity(copy, version),
                    ipv6(copy, version),
                    copy.modules.contains("sts"),
                    copy.modules.contains("sso"),
                    new TreeSet<>(copy.httpClients),
                    chooses(copy, version));
        }

        private static Support podIdentity(Copy copy, Optional<String> version) {
            if (copy.providerRead) {
                return Support.of(copy.constants.contains(AGENT));
            }
            return version.map(known ->
                            Support.of(compareVersions(known, copy.generation == 2 ? "2.21.30" : "1.12.746") >= 0))
                    .orElse(Support.UNKNOWN);
        }

        private static Support ipv6(Copy copy, Optional<String> version) {
            if (copy.providerRead) {
                return !copy.constants.contains(AGENT_IPV6)
                        ? Support.NO
                        : copy.constants.contains(IPV6_MODE) ? Support.WITH_IPV6_MODE : Support.YES;
            }
            Support podIdentity = podIdentity(copy, version);
            return podIdentity != Support.YES
                    ? podIdentity
                    : copy.generation == 2 && compareVersions(version.orElse("0"), "2.52.0") >= 0
                            ? Support.YES
                            : Support.WITH_IPV6_MODE;
        }

        private static boolean chooses(Copy copy, Optional<String> version) {
            return copy.choosesHttpClient != null
                    ? copy.choosesHttpClient
                    : version.map(known -> compareVersions(known, "2.22.0") >= 0)
                            .orElse(true);
        }

        /** Compares the numbers of versions; what is no number counts as 0. */
        static int compareVersions(String left, String right) {
            String[] a = left.split("[.-]", 5);
            String[] b = right.split("[.-]", 5);
            for (int i = 0; i < 3; i++) {
                int difference = Integer.compare(number(a, i), number(b, i));
                if (difference != 0) {
                    return difference;
                }
            }
            return left.compareTo(right);
        }

        private static int number(String[] parts, int index) {
            String part = index < parts.length ? parts[index] : "";
            return part.isEmpty() || part.length() > 8 || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? 0
                    : Integer.parseInt(part);
        }
    }
}
