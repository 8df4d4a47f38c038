// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.RoleArn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A captured answer of a real server, with the line ends of HTTP.
 *
 * @param name the request
 * @param head status line and headers with the empty line
 * @param body unchanged
 */
record Capture(String name, String head, String body) {

    static List<Capture> all(String file) {
        String text;
        try (InputStream in = Capture.class.getResourceAsStream("/captures/" + file)) {
            if (in == null) {
                throw new IllegalStateException("no " + file);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        List<Capture> captures = new ArrayList<>();
        // a body ends before its duration or the next section; its last line end may belong to the file
        Matcher sections = Pattern.compile(
                        "### (.*?)\n(HTTP/.*?\n\n)(.*?)(?:\n\\[[^\\n]*s\\]\n|\n(?=### )|\\z)", Pattern.DOTALL)
                .matcher(text);
        while (sections.find()) {
            String head = sections.group(2);
            String body = sections.group(3);
            Matcher length = Pattern.compile("Content-Length: (\\d+)").matcher(head);
            if (length.find()) {
                body = body.substring(0, Math.min(body.length(), Integer.parseInt(length.group(1))));
            }
            captures.add(new Capture(sections.group(1), head.replace("\n", "\r\n"), body));
        }
        return captures;
    }

    String wire() {
        return head + body;
    }

    Instant date() {
        return ZonedDateTime.parse(header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME)
                .toInstant();
    }

    String header(String header) {
        Matcher matcher = Pattern.compile(header + ": (.*)\r\n").matcher(head);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + header + " in " + name);
        }
        return matcher.group(1);
    }

    Optional<String> field(String field) {
        Matcher matcher = Pattern.compile('"' + field + "\":\"([^\"]*)\"").matcher(body);
        return matcher.find()
                ? Optional.of(matcher.group(1)
                        .replace("\\u003c", "<")
                        .replace("\\u003e", ">")
                        .replace("\\u0026", "&"))
                : Optional.empty();
    }

    /** Returns the lifetime that leads to the expiration of the capture. */
    Duration lifetime() {
        return field("Expiration")
                .map(text -> Duration.between(date(), Instant.parse(text)))
                .orElse(Duration.ofHours(6));
    }

    /** Returns a source of the credentials in the capture. */
    FakeCredentials credentials(Capture ifNone) {
        Capture from = field("AccessKeyId").isPresent() ? this : ifNone;
        return (roleArn, expiration, padding) -> new IssuedCredentials(
                from.field("AccessKeyId").orElseThrow(),
                from.field("SecretAccessKey").orElseThrow(),
                from.field("Token").orElseThrow(),
                RoleArn.accountOf(roleArn),
                expiration,
                roleArn,
                null);
    }

    @Override
    public String toString() {
        return name;
    }
}
