// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.benchmarks.report.Svg;
import java.awt.BasicStroke;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Draws the outcomes. */
final class Chart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 560;
    private static final BasicStroke LINE = new BasicStroke(2);

    private Chart() {}

    /** Draws one scenario over time: pods without valid credentials and the load of EKS Auth. */
    static String course(List<Outcome> outcomes) {
        NumberAxis minutes = new NumberAxis("minutes");
        minutes.setLowerMargin(0);
        minutes.setUpperMargin(0);
        CombinedDomainXYPlot plot = plot(minutes);
        NumberAxis pods = new NumberAxis("pods without credentials");
        pods.setTickLabelFont(Svg.TEXT);
        pods.setLabelFont(Svg.BOLD);
        plot.add(panel(
                outcomes, pods, 0, figures -> figures.podsWithoutCredentials().minutes()));
        Function<Figures, double[]> load = figures -> figures.eksAuth().minutes();
        double most = outcomes.stream()
                .mapToDouble(outcome -> outcome.figures().eksAuth().peakMinute() / 60.0)
                .max()
                .orElse(1);
        double min = most / 10_000;
        plot.add(panel(outcomes, Svg.logarithmic("requests/s at EKS Auth", min, most * 2), min, load));
        Scenario scenario = outcomes.get(0).scenario();
        return drawn(
                plot,
                scenario.name() + ": " + scenario.description(),
                outcomes.get(0).pods(),
                HEIGHT);
    }

    private static XYPlot panel(List<Outcome> outcomes, ValueAxis axis, double min, Function<Figures, double[]> value) {
        XYSeriesCollection data = new XYSeriesCollection();
        for (Outcome outcome : outcomes) {
            XYSeries series = new XYSeries(outcome.policy().title());
            double[] values = value.apply(outcome.figures());
            for (int i = 0; i < values.length; i++) {
                series.add(i, Math.max(min, values[i]));
            }
            data.addSeries(series);
        }
        return new XYPlot(data, null, axis, renderer(false));
    }

    /** Draws the effect of Lanyard's longest back-off: time of recovery against requests at EKS Auth. */
    static String trade(List<List<Outcome>> scenarios) {
        CombinedDomainXYPlot plot = plot(Svg.logarithmic("seconds until all pods have recovered", 10, 1_000));
        for (List<Outcome> outcomes : scenarios) {
            double most = outcomes.stream().mapToDouble(Chart::load).max().orElse(1);
            LogAxis axis = Svg.logarithmic("requests, " + outcomes.get(0).scenario(), 1, most * 5);
            XYSeriesCollection data = new XYSeriesCollection();
            data.addSeries(new XYSeries(Policy.LANYARD.title(), true));
            for (Outcome outcome : outcomes) {
                if (outcome.policy().cap() == 0) {
                    data.addSeries(new XYSeries(outcome.policy().title()));
                }
                data.getSeries(outcome.policy().cap() == 0 ? data.getSeriesCount() - 1 : 0)
                        .add(outcome.figures().allFreshSeconds(), load(outcome));
            }
            XYLineAndShapeRenderer renderer = renderer(true);
            renderer.setSeriesItemLabelGenerator(
                    0,
                    (items, series, item) -> outcomes.stream()
                            .filter(outcome -> outcome.policy().cap() > 0
                                    && outcome.figures().allFreshSeconds() == items.getXValue(series, item))
                            .map(outcome -> outcome.policy().cap() + " s")
                            .findFirst()
                            .orElseThrow());
            renderer.setSeriesItemLabelsVisible(0, true);
            renderer.setSeriesItemLabelFont(0, Svg.FIGURE);
            renderer.setSeriesPositiveItemLabelPosition(
                    0, new ItemLabelPosition(ItemLabelAnchor.OUTSIDE1, TextAnchor.BOTTOM_LEFT));
            plot.add(new XYPlot(data, null, axis, renderer));
        }
        return drawn(
                plot,
                "Lanyard's longest back-off: time of recovery against requests at EKS Auth, per pod",
                scenarios.get(0).get(0).pods(),
                HEIGHT / 2 * scenarios.size());
    }

    private static double load(Outcome outcome) {
        return (double) outcome.figures().eksAuth().total() / outcome.pods();
    }

    private static CombinedDomainXYPlot plot(ValueAxis domain) {
        domain.setTickLabelFont(Svg.TEXT);
        domain.setLabelFont(Svg.BOLD);
        CombinedDomainXYPlot plot = new CombinedDomainXYPlot(domain);
        plot.setGap(18);
        return plot;
    }

    private static XYLineAndShapeRenderer renderer(boolean shapes) {
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, shapes);
        renderer.setDrawSeriesLineAsPath(true); // otherwise each minute would be a separate element
        for (int i = 0; i < Svg.COLOURS.size(); i++) {
            renderer.setSeriesPaint(i, Svg.COLOURS.get(i));
            renderer.setSeriesStroke(i, LINE);
        }
        return renderer;
    }

    private static String drawn(CombinedDomainXYPlot plot, String title, int pods, int height) {
        LegendItemCollection legend = plot.getLegendItems();
        LegendItemCollection once = new LegendItemCollection();
        for (int i = 0; i < Math.min(Svg.COLOURS.size(), legend.getItemCount()); i++) {
            once.add(legend.get(i));
        }
        plot.setFixedLegendItems(once);
        plot.getSubplots().forEach(Svg::plain);
        JFreeChart chart = new JFreeChart(null, Svg.TEXT, plot, true);
        chart.addSubtitle(new TextTitle(title, Svg.BOLD));
        chart.addSubtitle(new TextTitle(
                String.format(Locale.ROOT, "%,d simulated pods", pods).replace(',', ' '), Svg.FIGURE.deriveFont(12f)));
        return Svg.drawn(chart, WIDTH, height);
    }
}
