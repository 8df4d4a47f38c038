// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.benchmarks.report.Text;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
    private static final Scenario OUTAGE = new Scenario("outage", "")
            .untilFresh(Duration.ofSeconds(1))
            .require(Requirement.noFailedCall(), Requirement.requests(3), Requirement.noSocketLeft())
            .require(Requirement.freshWithin(Duration.ofSeconds(5)), Requirement.noCallWaitsWhileValid());

    private static final Outcome GOOD = new Outcome(
            OUTAGE,
            Contestant.LANYARD,
            new Figures(12_345, 0, 0, 0, 0, 1, 40, 900, 900, 1_400, "", ""),
            3,
            1,
            2,
            1,
            "");
    private static final Outcome BAD = new Outcome(
            OUTAGE,
            Contestant.SDK,
            new Figures(
                    200, 150, 100, 7, 2, 1_500, 6_010_499, 6_011_000, 6_011_000, -1, "IOException: 5\", \"x\", no", ""),
            1_200,
            0,
            510,
            400,
            "");
    private static final Outcome FAILED =
            new Outcome(OUTAGE, Contestant.SDK_ASYNC, null, 9, 0, 0, 0, "the process exited");

    @Test
    void the_table_has_a_row_for_each_outcome() {
        assertThat(Report.table(List.of(GOOD, BAD, FAILED))).isEqualTo("""
                        scenario  contestant      calls  failed     p50       p99   slowest  expired  requests  sockets+  (max)  new after
                        outage    Lanyard        12 345       0    1 µs     40 µs    900 µs        0         3         0      1   1 400 ms
                                  AWS SDK         200+2     150  1.5 ms  6 010 ms  6 011 ms        7     1 200       400    510      never
                                  AWS SDK async  the process exited
                        """);
    }

    @Test
    void ratios_compare_lanyard_with_the_sdk() {
        assertThat(Report.ratios(List.of(GOOD, BAD, FAILED))).isEqualTo("""
                        Lanyard : AWS SDK  failed calls       slowest call                requests             sockets leaked
                        outage                 0 : 75 %  900 µs : 6 011 ms  (1 : 6 679)  3 : 1 200  (1 : 400)         0 : 400
                        """);
    }

    @Test
    void the_csv_has_a_row_for_each_outcome_and_quotes_fields() {
        assertThat(Text.csv(Report.rows(List.of(GOOD, BAD, FAILED))).lines())
                .containsExactly(
                        "scenario,contestant,calls,failures,failures_while_valid,unfinished,expired_credentials_served,"
                                + "p50_us,p99_us,slowest_us,slowest_while_valid_us,requests,sockets_before,"
                                + "sockets_max,sockets_after,fresh_after_ms,first_failure",
                        "outage,LANYARD,12345,0,0,0,0,1,40,900,900,3,1,2,1,1400,",
                        "outage,SDK,200,150,100,2,7,1500,6010499,6011000,6011000,1200,0,510,400,-1,"
                                + "\"IOException: 5\"\", \"\"x\"\", no\"",
                        "outage,SDK_ASYNC,,,,,,,,,,9,0,0,0,,the process exited");
    }

    @Test
    void requirements_apply_to_lanyard_only() {
        assertThat(Report.unmet(List.of(GOOD, BAD, FAILED))).isEmpty();
        Outcome worse = new Outcome(OUTAGE, Contestant.LANYARD, BAD.figures(), 1_200, 0, 510, 400, "");
        assertThat(Report.unmet(List.of(worse)))
                .containsExactly(
                        "outage: no failed call: 150, first IOException: 5\", \"x\", no",
                        "outage: at most 3 requests: 1200",
                        "outage: no socket leaked: 400",
                        "outage: new credentials within 5 s: none",
                        "outage: no call over 1000 ms while credentials are valid: slowest 6 011 ms");
    }

    @Test
    void a_failed_process_meets_no_requirement() {
        Outcome failed = new Outcome(OUTAGE, Contestant.LANYARD, null, 9, 0, 0, 0, "the process exited");
        assertThat(Report.unmet(List.of(failed))).hasSize(5).allMatch(line -> line.endsWith(": the process exited"));
    }

    @Test
    void figures_are_parsed_from_their_line() {
        Figures figures = new Figures(1, 2, 3, 4, 5, 6, 7, 8, 9, -1, "a=b&c d\n\u00e9%", "HISTFAA+/=");
        assertThat(Figures.parse(figures.line())).isEqualTo(figures);
        assertThatThrownBy(() -> Figures.parse("calls=1")).hasMessage("missing value: failures");
    }

    @Test
    void the_chart_is_svg_with_all_names() throws Exception {
        String svg = Chart.svg(List.of(GOOD, BAD, FAILED));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("text").getLength()).isGreaterThan(10);
        assertThat(svg).contains(">outage<", ">Lanyard<", ">AWS SDK<", ">6 011<");
    }

    @Test
    void scenarios_have_unique_names() {
        assertThat(Scenarios.all())
                .extracting(Scenario::name)
                .doesNotHaveDuplicates()
                .hasSize(22);
        assertThat(Scenarios.quick()).extracting(Scenario::name).doesNotHaveDuplicates();
    }
}
