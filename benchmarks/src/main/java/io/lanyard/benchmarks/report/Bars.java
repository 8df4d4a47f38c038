// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.awt.Color;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.labels.ItemLabelAnchor;
import org.jfree.chart.labels.ItemLabelPosition;
import org.jfree.chart.labels.StandardCategoryItemLabelGenerator;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.category.DefaultCategoryDataset;

/** Draws the medians of one measure as a bar chart: for each subject, one bar per contestant. */
public final class Bars {
    private static final int WIDTH = 1000;
    private static final int FRAME = 130;
    private static final int BAR = 17;

    /** The colour of the limit, which is not a contestant. */
    private static final Color LIMIT = new Color(0x99_99_99);

    private Bars() {}

    /** Returns the SVG document. The results have one measure; a third contestant is drawn as a limit. */
    public static String svg(String title, String note, List<Result> results, List<String> contestants) {
        DefaultCategoryDataset data = new DefaultCategoryDataset();
        for (String contestant : contestants) {
            for (Result result : results) {
                if (result.contestant().equals(contestant)) {
                    data.addValue(result.sample().median(), contestant, result.subject());
                }
            }
        }
        NumberAxis axis =
                new NumberAxis(results.get(0).measure() + ", " + results.get(0).unit());
        axis.setTickLabelFont(Svg.TEXT);
        axis.setLabelFont(Svg.BOLD);
        axis.setUpperMargin(0.12); // room for the number beside the longest bar
        CategoryAxis subjects = new CategoryAxis();
        subjects.setTickLabelFont(Svg.TEXT);
        subjects.setMaximumCategoryLabelWidthRatio(3);
        CategoryPlot plot = new CategoryPlot(data, subjects, axis, renderer());
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
        Svg.plain(plot);
        JFreeChart chart = new JFreeChart(null, Svg.TEXT, plot, true);
        chart.addSubtitle(new TextTitle(title, Svg.BOLD));
        chart.addSubtitle(new TextTitle(note, Svg.FIGURE.deriveFont(11f)));
        return Svg.drawn(chart, WIDTH, FRAME + data.getColumnCount() * (data.getRowCount() + 1) * BAR);
    }

    private static BarRenderer renderer() {
        BarRenderer bars = new BarRenderer();
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        bars.setItemMargin(0);
        bars.setMinimumBarLength(1);
        bars.setDefaultItemLabelGenerator(new StandardCategoryItemLabelGenerator());
        bars.setDefaultItemLabelsVisible(true);
        bars.setDefaultItemLabelFont(Svg.FIGURE);
        bars.setDefaultPositiveItemLabelPosition(
                new ItemLabelPosition(ItemLabelAnchor.OUTSIDE3, TextAnchor.CENTER_LEFT));
        bars.setSeriesPaint(0, Svg.COLOURS.get(0));
        bars.setSeriesPaint(1, Svg.COLOURS.get(1));
        bars.setSeriesPaint(2, LIMIT);
        return bars;
    }
}
