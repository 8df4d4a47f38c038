// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Svg;
import java.awt.BasicStroke;
import java.text.ChoiceFormat;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Draws the percentiles: a panel per scenario with a line per contestant. */
final class LatencyChart {
    private static final int WIDTH = 1000;
    private static final int PANEL = 210;
    private static final int FRAME = 130;
    private static final BasicStroke LINE = new BasicStroke(2);

    /** The values of the axis are one call in 1, 10, 100, ...; the labels are percentiles. */
    private static final ChoiceFormat LABELS = new ChoiceFormat(
            new double[] {0, 9, 90, 900, 9e3}, new String[] {"0 %", "90 %", "99 %", "99.9 %", "99.99 %"});

    private static final double LEAST_MILLIS = 0.001;
    private static final double MOST_MILLIS = 20_000;

    private LatencyChart() {}

    static String svg(List<Outcome> outcomes, String note) {
        LogAxis share = Svg.logarithmic("percentile of the calls", 1, 1e4);
        share.setNumberFormatOverride(LABELS);
        CombinedDomainXYPlot plot = new CombinedDomainXYPlot(share);
        plot.setGap(18);
        List<Scenario> scenarios =
                outcomes.stream().map(Outcome::scenario).distinct().toList();
        for (Scenario scenario : scenarios) {
            XYPlot panel = new XYPlot(
                    data(outcomes, scenario),
                    null,
                    Svg.logarithmic(scenario.name() + ", ms", LEAST_MILLIS, MOST_MILLIS),
                    renderer());
            Svg.plain(panel);
            plot.add(panel);
        }
        LegendItemCollection legend = plot.getLegendItems();
        LegendItemCollection once = new LegendItemCollection();
        for (int i = 0; i < Math.min(Svg.COLOURS.size(), legend.getItemCount()); i++) {
            once.add(legend.get(i));
        }
        plot.setFixedLegendItems(once);
        JFreeChart chart = new JFreeChart(null, Svg.TEXT, plot, true);
        chart.addSubtitle(
                new TextTitle("Latency of calls during a refresh, with a slow agent and during its restart", Svg.BOLD));
        chart.addSubtitle(new TextTitle(note, Svg.FIGURE.deriveFont(11f)));
        return Svg.drawn(chart, WIDTH, FRAME + PANEL * scenarios.size());
    }

    private static XYSeriesCollection data(List<Outcome> outcomes, Scenario scenario) {
        XYSeriesCollection data = new XYSeriesCollection();
        for (Outcome outcome : outcomes) {
            Figures figures = outcome.figures();
            if (outcome.scenario() != scenario || figures == null) {
                continue;
            }
            Histogram calls = LatencyMain.calls(scenario, figures);
            XYSeries series = new XYSeries(outcome.contestant().title());
            for (double oneIn = 1; oneIn <= 1e4; oneIn *= 1.1) {
                double millis = calls.getValueAtPercentile(100 - 100 / oneIn) / 1e6;
                series.add(oneIn, Math.max(LEAST_MILLIS, millis));
            }
            data.addSeries(series);
        }
        return data;
    }

    private static XYLineAndShapeRenderer renderer() {
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
        renderer.setDrawSeriesLineAsPath(true);
        for (int i = 0; i < Svg.COLOURS.size(); i++) {
            renderer.setSeriesPaint(i, Svg.COLOURS.get(i));
            renderer.setSeriesStroke(i, LINE);
        }
        return renderer;
    }
}
