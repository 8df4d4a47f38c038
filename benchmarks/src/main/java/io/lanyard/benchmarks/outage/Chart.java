// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Svg;
import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.labels.CategoryItemLabelGenerator;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.CombinedDomainCategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.CategoryDataset;
import org.jfree.data.category.DefaultCategoryDataset;
import software.amazon.awssdk.core.util.VersionInfo;

/** Draws the outcomes: for each scenario, one bar per contestant in each panel. */
final class Chart {
    private static final int WIDTH = 1600;
    private static final double NOTHING = -1;
    private static final int ROW = 48;
    private static final int FRAME = 170;

    private Chart() {}

    static String svg(List<Outcome> outcomes) {
        CategoryAxis scenarios = new CategoryAxis();
        scenarios.setTickLabelFont(Svg.TEXT);
        scenarios.setCategoryMargin(0.25);
        scenarios.setLowerMargin(0.01);
        scenarios.setUpperMargin(0.01);
        scenarios.setMaximumCategoryLabelWidthRatio(3);
        CombinedDomainCategoryPlot plot = new CombinedDomainCategoryPlot(scenarios);
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setGap(18);
        plot.add(panel(outcomes, percent("failed calls, %"), 0, share(Figures::failures)));
        plot.add(panel(outcomes, percent("served expired, %"), 0, share(Figures::expiredServed)));
        plot.add(logarithmic(outcomes, "slowest call, ms", 0.1, figures -> figures.slowestMicros() / 1e3));
        ToDoubleFunction<Outcome> requests = Outcome::requests;
        plot.add(panel(outcomes, logarithm(outcomes, "requests at the agent", requests, 0.5), 0.5, requests));
        plot.add(logarithmic(outcomes, "new credentials after, ms", 0.5, figures -> figures.freshMillis()));
        LegendItemCollection legend = plot.getLegendItems();
        LegendItemCollection once = new LegendItemCollection();
        for (int i = 0; i < Math.min(Svg.COLOURS.size(), legend.getItemCount()); i++) {
            once.add(legend.get(i));
        }
        plot.setFixedLegendItems(once);
        JFreeChart chart = new JFreeChart(null, Svg.TEXT, plot, true);
        chart.addSubtitle(new TextTitle("Lanyard and the AWS SDK's own provider in the same outages", Svg.BOLD));
        chart.addSubtitle(new TextTitle(
                String.format(
                        Locale.ROOT,
                        "AWS SDK for Java %s, Java %s, %d processors. A call that is served expired credentials does not"
                                + " fail, but AWS rejects them.",
                        VersionInfo.SDK_VERSION,
                        Runtime.version().feature(),
                        Runtime.getRuntime().availableProcessors()),
                Svg.FIGURE.deriveFont(12f)));
        long rows = outcomes.stream()
                .map(outcome -> outcome.scenario().name())
                .distinct()
                .count();
        return Svg.drawn(chart, WIDTH, FRAME + (int) rows * ROW);
    }

    private static ToDoubleFunction<Outcome> share(ToLongFunction<Figures> count) {
        return outcome -> {
            Figures figures = outcome.figures();
            return figures == null ? NOTHING : 100.0 * count.applyAsLong(figures) / Math.max(1, figures.calls());
        };
    }

    private static ValueAxis percent(String label) {
        NumberAxis axis = new NumberAxis(label);
        axis.setRange(0, 122); // room for the number beside a full bar
        axis.setTickUnit(new NumberTickUnit(25));
        return axis;
    }

    private static CategoryPlot logarithmic(
            List<Outcome> outcomes, String label, double zero, ToDoubleFunction<Figures> value) {
        ToDoubleFunction<Outcome> all = outcome -> {
            Figures figures = outcome.figures();
            return figures == null ? NOTHING : value.applyAsDouble(figures);
        };
        return panel(outcomes, logarithm(outcomes, label, all, zero), zero, all);
    }

    private static CategoryPlot panel(
            List<Outcome> outcomes, ValueAxis axis, double zero, ToDoubleFunction<Outcome> value) {
        DefaultCategoryDataset data = new DefaultCategoryDataset();
        DefaultCategoryDataset labels = new DefaultCategoryDataset();
        for (Outcome outcome : outcomes) {
            String row = outcome.contestant().title();
            String column = outcome.scenario().name();
            double is = value.applyAsDouble(outcome);
            data.addValue(is < 0 ? null : Math.max(zero, is), row, column);
            labels.addValue(is, row, column);
        }
        BarRenderer bars = new BarRenderer();
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        bars.setItemMargin(0);
        bars.setMinimumBarLength(1);
        bars.setBase(zero);
        bars.setDefaultItemLabelGenerator((CategoryLabel)
                (row, column) -> figure(labels.getValue(row, column).doubleValue()));
        bars.setDefaultItemLabelsVisible(true);
        bars.setDefaultItemLabelFont(Svg.FIGURE);
        bars.setDefaultPositiveItemLabelPosition(
                new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        for (int i = 0; i < Svg.COLOURS.size(); i++) {
            bars.setSeriesPaint(i, Svg.COLOURS.get(i));
        }
        axis.setTickLabelFont(Svg.TEXT);
        axis.setLabelFont(Svg.BOLD);
        CategoryPlot plot = new CategoryPlot(data, null, axis, bars);
        plot.setRangeAxisLocation(AxisLocation.TOP_OR_LEFT);
        plot.setRangeGridlinePaint(new Color(0xC8_C8_C8));
        plot.setDomainGridlinesVisible(false);
        Svg.plain(plot);
        return plot;
    }

    private static ValueAxis logarithm(
            List<Outcome> outcomes, String label, ToDoubleFunction<Outcome> value, double zero) {
        double most = outcomes.stream().mapToDouble(value).max().orElse(1);
        return Svg.logarithmic(label, zero, Math.max(10, most) * 20); // room for the number beside the longest bar
    }

    private static String figure(double value) {
        String text = String.format(Locale.ROOT, value > 0 && value < 9.95 ? "%.1f" : "%,.0f", value);
        return text.replace(".0", "").replace(',', ' ');
    }

    /** Generates the number beside a bar; the other labels are not used. */
    @FunctionalInterface
    private interface CategoryLabel extends CategoryItemLabelGenerator {
        String label(int row, int column);

        @Override
        default String generateLabel(CategoryDataset data, int row, int column) {
            return label(row, column);
        }

        @Override
        default String generateRowLabel(CategoryDataset data, int row) {
            return "";
        }

        @Override
        default String generateColumnLabel(CategoryDataset data, int column) {
            return "";
        }
    }
}
