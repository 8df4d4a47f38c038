// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lanyard.diagnose.Check;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.diagnose.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON that commands print. docs/doctor.md has the schema. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    static String of(Diagnosis diagnosis) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", 1);
        document.put("problem", diagnosis.hasProblem());
        document.put("checks", diagnosis.checks().stream().map(Json::check).toList());
        return of(document);
    }

    static String of(List<Finding> findings) throws JsonProcessingException {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", 1);
        document.put("findings", findings(findings));
        return of(document);
    }

    static List<Map<String, Object>> findings(List<Finding> findings) {
        return findings.stream().map(Json::finding).toList();
    }

    static String of(Object document) throws JsonProcessingException {
        return MAPPER.writeValueAsString(document);
    }

    private static Map<String, Object> check(Check check) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", check.name());
        json.put("status", check.status().name());
        json.put("detail", check.detail());
        json.put("findings", check.findings().stream().map(Json::finding).toList());
        return json;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", finding.id());
        json.put("severity", finding.problem().severity().name());
        json.put("statement", finding.statement());
        json.put("remedy", finding.remedy());
        json.put("paste", finding.paste());
        return json;
    }
}
