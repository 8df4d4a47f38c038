// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/** Formats rows of cells as a table, CSV or JSON. The first row is the head; all rows have the same length. */
public final class Text {
    private Text() {}

    /** Returns a table with the first {@code textColumns} columns aligned left and the others right. */
    public static String aligned(List<List<String>> rows, int textColumns) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                boolean spills = i == textColumns && row.stream().skip(i + 1L).allMatch(String::isEmpty);
                widths[i] = spills ? widths[i] : Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(Math.max(0, widths[i] - row.get(i).length()));
                line.append(i == 0 ? "" : "  ").append(i < textColumns ? row.get(i) + pad : pad + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Returns the rows as CSV (RFC 4180). */
    public static String csv(List<List<String>> rows) {
        return rows.stream()
                .map(row -> row.stream().map(Text::quoted).collect(Collectors.joining(",", "", "\n")))
                .collect(Collectors.joining());
    }

    /** Returns a JSON array with an object for each row after the head; numbers are written as numbers. */
    public static String json(List<List<String>> rows) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartArray();
            for (List<String> row : rows.subList(1, rows.size())) {
                json.writeStartObject();
                for (int i = 0; i < row.size(); i++) {
                    json.writeFieldName(rows.get(0).get(i));
                    if (row.get(i).matches("-?\\d+(\\.\\d+)?")) {
                        json.writeNumber(new BigDecimal(row.get(i)));
                    } else {
                        json.writeString(row.get(i));
                    }
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static String quoted(String value) {
        return value.matches("[^,\"\r\n]*") ? value : '"' + value.replace("\"", "\"\"") + '"';
    }
}
