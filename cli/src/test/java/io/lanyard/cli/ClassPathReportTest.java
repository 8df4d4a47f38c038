// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.cli.ClassPathReport.Needs;
import io.lanyard.cli.SdkCopy.Support;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Problem;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathReportTest {

    private static final String V2 = "software/amazon/awssdk/";
    private static final String HTTP = "META-INF/services/software.amazon.awssdk.http.SdkHttpService";

    @TempDir
    Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                if (entry.getKey().endsWith(".jar")) { // as Spring Boot does it
                    CRC32 crc = new CRC32();
                    crc.update(entry.getValue());
                    header.setMethod(ZipEntry.STORED);
                    header.setSize(entry.getValue().length);
                    header.setCrc(crc.getValue());
                }
                zip.putNextEntry(header);
                zip.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private String jar(String name, Map<String, byte[]> entries) throws IOException {
        return Files.write(directory.resolve(name), zip(entries)).toString();
    }

    /** The entries of SDK v2 that count, under any root; the constants stand in the classes as in the real ones. */
    private static Map<String, byte[]> v2(String root, String version, String... constants) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put(root + "auth/credentials/DefaultCredentialsProvider.class", bytes("\u0000"));
        entries.put(
                root + "auth/credentials/ContainerCredentialsProvider.class",
                bytes("\u0001\u0000\u000e169.254.170.2\u0001" + String.join("\u0001", constants)));
        entries.put(root + "core/util/VersionInfo.class", bytes("SDK_VERSION\u0001\u0000\u0007" + version + "\u000c"));
        return entries;
    }

    private static ClassPathReport report(String... paths) {
        return report(Needs.NONE, paths);
    }

    private static ClassPathReport report(Needs needs, String... paths) {
        return ClassPathReport.of(String.join(File.pathSeparator, paths), needs, Facts.none());
    }

    private static List<Problem> problems(ClassPathReport report) {
        return report.findings().stream().map(finding -> finding.problem()).toList();
    }

    @Nested
    class Copies {

        @Test
        void of_v2_with_its_version_and_its_support() throws IOException {
            String jar = jar("sdk.jar", v2(V2, "2.56.0", "169.254.170.23", "[fd00:ec2::23]"));

            assertThat(report(jar).copies()).singleElement().satisfies(copy -> {
                assertThat(copy.generation()).isEqualTo(2);
                assertThat(copy.relocated()).isFalse();
                assertThat(copy.version()).contains("2.56.0");
                assertThat(copy.podIdentity()).isEqualTo(Support.YES);
                assertThat(copy.ipv6()).isEqualTo(Support.YES);
                assertThat(copy.sts()).isFalse();
            });
        }

        @Test
        void that_were_relocated_are_found_by_the_ends_of_their_names() throws IOException {
            String jar = jar("search.jar", v2("org/search/shaded/aws/", "2.17.100"));

            ClassPathReport report = report(jar);

            assertThat(report.copies()).singleElement().satisfies(copy -> {
                assertThat(copy.relocated()).isTrue();
                assertThat(copy.root()).isEqualTo("org.search.shaded.aws");
                assertThat(copy.podIdentity()).isEqualTo(Support.NO);
            });
            assertThat(report.findings().get(0).statement())
                    .isEqualTo(
                            "AWS SDK v2 2.17.100 (relocated to org.search.shaded.aws) in search.jar rejects the address of"
                                    + " the EKS Pod Identity Agent");
        }

        @Test
        void of_v1_are_read_from_their_properties() throws IOException {
            String jar = jar(
                    "v1.jar",
                    Map.of(
                            "com/amazonaws/auth/DefaultAWSCredentialsProviderChain.class", bytes("x"),
                            "com/amazonaws/auth/ContainerCredentialsProvider.class",
                                    bytes("169.254.170.2\u0001169.254.170.23\u0001[fd00:ec2::23]\u0001"
                                            + "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
                            "com/amazonaws/sdk/versionInfo.properties",
                                    bytes("#x\nplatform=java\nversion=1.12.780\n")));

            assertThat(report(jar).copies()).singleElement().satisfies(copy -> {
                assertThat(copy.generation()).isEqualTo(1);
                assertThat(copy.version()).contains("1.12.780");
                assertThat(copy.podIdentity()).isEqualTo(Support.YES);
                assertThat(copy.ipv6()).isEqualTo(Support.WITH_IPV6_MODE);
            });
            assertThat(problems(report(new Needs(true, false, false), jar)))
                    .containsExactly(Problem.SDK_V1_NEEDS_IPV6_MODE);
        }

        @Test
        void without_the_provider_are_judged_by_their_version() throws IOException {
            Map<String, byte[]> old = v2(V2, "2.21.29");
            old.remove(V2 + "auth/credentials/ContainerCredentialsProvider.class");
            Map<String, byte[]> current = v2(V2, "2.21.30");
            current.remove(V2 + "auth/credentials/ContainerCredentialsProvider.class");

            assertThat(report(jar("old.jar", old)).copies().get(0).podIdentity())
                    .isEqualTo(Support.NO);
            assertThat(report(jar("new.jar", current)).copies().get(0).podIdentity())
                    .isEqualTo(Support.YES);
        }

        @Test
        void in_a_fat_jar_and_in_a_war_are_found() throws IOException {
            byte[] sdk = zip(v2(V2, "2.56.0", "169.254.170.23"));
            String boot = jar("app.jar", Map.of("BOOT-INF/lib/auth-2.56.0.jar", sdk));
            String ear = jar("all.jar", Map.of("lib/app.jar", zip(Map.of("WEB-INF/lib/auth.jar", sdk))));

            assertThat(report(boot).copies())
                    .singleElement()
                    .satisfies(copy -> assertThat(copy.containers()).containsExactly("app.jar!auth-2.56.0.jar"));
            assertThat(report(ear).copies()).hasSize(1);
        }

        @Test
        void in_folders_and_behind_wildcards_are_found() throws IOException {
            Path classes = Files.createDirectories(directory.resolve("classes"));
            for (Map.Entry<String, byte[]> entry :
                    v2(V2, "2.56.0", "169.254.170.23").entrySet()) {
                Path file = classes.resolve(entry.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, entry.getValue());
            }
            Path lib = Files.createDirectories(directory.resolve("lib"));
            Files.write(lib.resolve("shaded.jar"), zip(v2("a/b/", "2.1.0")));

            assertThat(report(classes.toString()).copies()).hasSize(1);
            assertThat(report(lib + "/*").copies()).hasSize(1);
            assertThat(report(lib.toString()).copies()).hasSize(1);
            assertThat(report(classes.toString(), lib + "/*").copies()).hasSize(2);
        }

        @Test
        void are_not_seen_in_classes_of_another_library_with_the_same_name() throws IOException {
            String jar = jar("other.jar", Map.of("com/example/auth/ContainerCredentialsProvider.class", bytes("x")));

            assertThat(report(jar).copies()).isEmpty();
            assertThat(report(jar).lines()).containsExactly("No AWS SDK for Java in 1 jars and folders");
        }

        @Test
        void of_this_process_have_the_sdk_that_the_cli_brings() {
            ClassPathReport report = ClassPathReport.of(
                    System.getProperty("surefire.test.class.path", ClassPathScan.ofThisProcess()),
                    Needs.NONE,
                    Facts.none());

            assertThat(report.copies()).singleElement().satisfies(copy -> {
                assertThat(copy.version().orElseThrow()).startsWith("2.");
                assertThat(copy.podIdentity()).isEqualTo(Support.YES);
                assertThat(copy.sts()).isTrue();
                assertThat(copy.httpClients()).contains("UrlConnection");
                assertThat(copy.choosesHttpClient()).isTrue();
            });
            assertThat(report.findings()).isEmpty();
        }
    }

    @Nested
    class Findings {

        private Map<String, byte[]> withClients(String version, String choice) {
            Map<String, byte[]> entries = v2(V2, version, "169.254.170.23", "[fd00:ec2::23]");
            entries.put(HTTP, bytes("""
                            # licence
                            software.amazon.awssdk.http.apache.ApacheSdkHttpService
                            software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService # x
                            """));
            entries.put(V2 + "core/internal/http/loader/ClasspathSdkHttpServiceProvider.class", bytes(choice));
            return entries;
        }

        @Test
        void name_several_http_clients_of_an_sdk_that_does_not_choose() throws IOException {
            String jar = jar("old.jar", withClients("2.21.30", "To avoid non-deterministic loading"));

            assertThat(report(jar).findings()).singleElement().satisfies(finding -> {
                assertThat(finding.problem()).isEqualTo(Problem.MULTIPLE_HTTP_CLIENTS);
                assertThat(finding.statement()).endsWith(": Apache, UrlConnection");
            });
            assertThat(problems(report(new Needs(false, false, true), jar))).isEmpty();
        }

        @Test
        void do_not_name_them_where_the_sdk_chooses_one() throws IOException {
            String jar = jar("new.jar", withClients("2.22.0", "it has the highest priority"));

            assertThat(problems(report(jar))).isEmpty();
        }

        @Test
        void name_the_modules_that_are_missing() throws IOException {
            String jar = jar("sdk.jar", v2(V2, "2.56.0", "169.254.170.23"));

            assertThat(problems(report(new Needs(false, true, false), jar)))
                    .containsExactly(Problem.STS_MODULE_MISSING, Problem.NO_HTTP_CLIENT);
        }

        @Test
        void name_versions_that_are_mixed_across_jars() throws IOException {
            Map<String, byte[]> sts = Map.of(
                    V2 + "services/sts/StsClient.class",
                    bytes("x"),
                    "META-INF/maven/software.amazon.awssdk/sts/pom.properties",
                    bytes("version=2.30.0\n"));
            Map<String, byte[]> auth = withClients("2.56.0", "it has the highest priority");

            ClassPathReport report = report(jar("auth.jar", auth), jar("sts.jar", sts));

            assertThat(report.copies())
                    .singleElement()
                    .satisfies(copy -> assertThat(copy.sts()).isTrue());
            assertThat(report.findings()).singleElement().satisfies(finding -> {
                assertThat(finding.problem()).isEqualTo(Problem.SDK_VERSIONS_MIXED);
                assertThat(finding.statement()).endsWith("different versions: 2.30.0, 2.56.0");
            });
        }

        @Test
        void name_the_ipv6_mode_only_where_the_address_is_ipv6() throws IOException {
            Map<String, byte[]> entries = withClients("2.46.0", "it has the highest priority");
            entries.put(
                    V2 + "auth/credentials/ContainerCredentialsProvider$ContainerCredentialsEndpointProvider.class",
                    bytes("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"));
            String jar = jar("sdk.jar", entries);

            assertThat(problems(report(jar))).isEmpty();
            assertThat(problems(report(new Needs(true, false, false), jar)))
                    .containsExactly(Problem.SDK_V2_NEEDS_IPV6_MODE);
        }
    }

    @Nested
    class HostilePaths {

        @Test
        void that_do_not_exist_or_are_no_jars_are_skipped() throws IOException {
            Path text = Files.writeString(directory.resolve("text.jar"), "no zip");
            Path empty = Files.createFile(directory.resolve("empty.jar"));

            ClassPathReport report = report(
                    directory.resolve("missing.jar").toString(),
                    text.toString(),
                    empty.toString(),
                    "\u0000",
                    "/nowhere/*");

            assertThat(report.copies()).isEmpty();
            assertThat(report.skipped())
                    .contains(
                            "missing.jar: does not exist",
                            "text.jar: cannot be read as a jar",
                            "empty.jar: cannot be read as a jar")
                    .hasSize(5);
        }

        @Test
        void with_damaged_jars_inside_lose_only_those() throws IOException {
            String jar = jar(
                    "app.jar",
                    Map.of(
                            "BOOT-INF/lib/a.jar",
                                    bytes("PK\u0003\u0004 damaged, and longer than the header of an entry"),
                            "BOOT-INF/lib/b.jar", zip(v2(V2, "2.56.0", "169.254.170.23"))));

            ClassPathReport report = report(jar);

            assertThat(report.copies()).hasSize(1);
        }

        @Test
        void that_inflate_without_end_reach_the_limit() throws IOException {
            byte[] bomb = zip(Map.of("zeros", new byte[32 << 20]));
            String jar = jar("bomb.jar", Map.of("lib/inner.jar", bomb));

            ClassPathReport report =
                    ClassPathReport.of(jar, Needs.NONE, Facts.none(), new ClassPathScan.Limits(10, 1000, 1 << 20));

            assertThat(report.skipped()).singleElement().asString().contains("limit of 1048576 bytes");
        }

        @Test
        void with_many_jars_or_entries_reach_the_limit() throws IOException {
            Map<String, byte[]> many = new LinkedHashMap<>();
            for (int i = 0; i < 50; i++) {
                many.put("lib/" + i + ".jar", zip(Map.of("x", bytes("x"))));
            }
            String jar = jar("many.jar", many);

            assertThat(ClassPathReport.of(jar, Needs.NONE, Facts.none(), new ClassPathScan.Limits(10, 1000, 1 << 20))
                            .skipped())
                    .singleElement()
                    .asString()
                    .contains("limit of 10 jars");
            assertThat(ClassPathReport.of(jar, Needs.NONE, Facts.none(), new ClassPathScan.Limits(100, 10, 1 << 20))
                            .skipped())
                    .singleElement()
                    .asString()
                    .contains("limit of 10 entries");
        }

        @Test
        void that_nest_deeper_than_three_levels_are_not_followed() throws IOException {
            byte[] sdk = zip(v2(V2, "2.56.0", "169.254.170.23"));
            byte[] inner = sdk;
            for (int i = 0; i < 5; i++) {
                inner = zip(Map.of("lib/n.jar", inner));
            }
            Files.write(directory.resolve("deep.jar"), inner);

            assertThat(report(directory.resolve("deep.jar").toString()).copies())
                    .isEmpty();
        }

        @Test
        void that_contain_themselves_by_a_link_end() throws IOException {
            Path folder = Files.createDirectories(directory.resolve("loop"));
            Files.createSymbolicLink(folder.resolve("again"), folder);

            assertThat(report(folder.toString()).copies()).isEmpty();
        }

        @Test
        void with_names_for_a_terminal_are_not_repeated() throws IOException {
            String jar = jar("evil \u001b[31m.jar", v2("a\u001b[31m/b/", "2.1.0"));

            assertThat(report(jar).toString()).doesNotContain("\u001b");
            assertThat(report(jar).lines().toString()).contains("relocated to another package", "in a jar");
        }

        @Test
        void with_any_number_of_copies_are_bounded() throws IOException {
            Path jar = directory.resolve("copies.jar");
            try (OutputStream out = Files.newOutputStream(jar);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                for (int i = 0; i < 500; i++) {
                    zip.putNextEntry(new ZipEntry("p" + i + "/auth/DefaultAWSCredentialsProviderChain.class"));
                }
                zip.putNextEntry(new ZipEntry(V2 + "auth/credentials/DefaultCredentialsProvider.class"));
            }

            assertThat(report(jar.toString()).copies())
                    .hasSizeLessThanOrEqualTo(102)
                    .anyMatch(copy -> copy.generation() == 2);
        }
    }
}
