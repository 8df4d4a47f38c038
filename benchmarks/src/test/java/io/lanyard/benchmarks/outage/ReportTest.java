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
            .promise(Promise.noFailedCall(), Promise.requests(3), Promise.noSocketLeft())
            .promise(Promise.freshWithin(Duration.ofSeconds(5)), Promise.noCallWaitsWhileValid());

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
    private static final Outcome DEAD =
            new Outcome(OUTAGE, Contestant.SDK_ASYNC, null, 9, 0, 0, 0, "the process ended");

    @Test
    void the_table_reads() {
        assertThat(Report.table(List.of(GOOD, BAD, DEAD))).isEqualTo("""
                        scenario  contestant      calls  failed     p50       p99   slowest  ended  requests  sockets+  (most)  fresh after
                        outage    Lanyard        12 345       0    1 µs     40 µs    900 µs      0         3         0       1     1 400 ms
                                  AWS SDK         200+2     150  1.5 ms  6 010 ms  6 011 ms      7     1 200       400     510        never
                                  AWS SDK async  the process ended
                        """);
    }

    @Test
    void ratios_are_those_of_lanyard_to_the_sdk() {
        assertThat(Report.ratios(List.of(GOOD, BAD, DEAD))).isEqualTo("""
                        Lanyard : AWS SDK  failed calls       slowest call                requests             sockets left
                        outage                 0 : 75 %  900 µs : 6 011 ms  (1 : 6 679)  3 : 1 200  (1 : 400)       0 : 400
                        """);
    }

    @Test
    void the_csv_has_a_line_for_each_and_quotes_what_needs_it() {
        assertThat(Text.csv(Report.rows(List.of(GOOD, BAD, DEAD))).lines())
                .containsExactly(
                        "scenario,contestant,calls,failures,failures_while_valid,unfinished,ended_credentials_given,"
                                + "p50_us,p99_us,slowest_us,slowest_while_valid_us,requests,sockets_before,"
                                + "sockets_most,sockets_after,fresh_after_ms,first_failure",
                        "outage,LANYARD,12345,0,0,0,0,1,40,900,900,3,1,2,1,1400,",
                        "outage,SDK,200,150,100,2,7,1500,6010499,6011000,6011000,1200,0,510,400,-1,"
                                + "\"IOException: 5\"\", \"\"x\"\", no\"",
                        "outage,SDK_ASYNC,,,,,,,,,,9,0,0,0,,the process ended");
    }

    @Test
    void lanyard_is_judged_and_the_sdk_is_not() {
        assertThat(Report.broken(List.of(GOOD, BAD, DEAD))).isEmpty();
        Outcome worse = new Outcome(OUTAGE, Contestant.LANYARD, BAD.figures(), 1_200, 0, 510, 400, "");
        assertThat(Report.broken(List.of(worse)))
                .containsExactly(
                        "outage: no failed call: 150, first IOException: 5\", \"x\", no",
                        "outage: at most 3 requests: 1200",
                        "outage: no descriptor left behind: 400",
                        "outage: fresh credentials within 5 s: none",
                        "outage: no call over 1000 ms while credentials are valid: slowest 6 011 ms");
    }

    @Test
    void who_does_not_live_to_tell_has_kept_nothing() {
        Outcome dead = new Outcome(OUTAGE, Contestant.LANYARD, null, 9, 0, 0, 0, "the process ended");
        assertThat(Report.broken(List.of(dead))).hasSize(5).allMatch(line -> line.endsWith(": the process ended"));
    }

    @Test
    void figures_come_back_from_their_line() {
        Figures figures = new Figures(1, 2, 3, 4, 5, 6, 7, 8, 9, -1, "a=b&c d\n\u00e9%", "HISTFAA+/=");
        assertThat(Figures.parse(figures.line())).isEqualTo(figures);
        assertThatThrownBy(() -> Figures.parse("calls=1")).hasMessage("no failures");
    }

    @Test
    void the_picture_is_svg_with_every_name_drawn() throws Exception {
        String svg = Chart.svg(List.of(GOOD, BAD, DEAD));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("text").getLength()).isGreaterThan(10);
        assertThat(svg).contains(">outage<", ">Lanyard<", ">AWS SDK<", ">6 011<");
    }

    @Test
    void scenarios_have_names_of_their_own() {
        assertThat(Scenarios.all())
                .extracting(Scenario::name)
                .doesNotHaveDuplicates()
                .hasSize(22);
        assertThat(Scenarios.quick()).extracting(Scenario::name).doesNotHaveDuplicates();
    }
}
