// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.Font;
import java.awt.font.GlyphVector;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.ChoiceFormat;
import java.text.NumberFormat;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.Plot;

/** Renders charts as SVG and defines their common style. */
public final class Svg {
    /** The contestants' colours, Lanyard's first; distinguishable with colour blindness. */
    public static final List<Color> COLOURS =
            List.of(new Color(0x00_72_B2), new Color(0xD5_5E_00), new Color(0xE6_9F_00));

    /** The font of labels. */
    public static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

    /** The font of numbers and notes. */
    public static final Font FIGURE = new Font(Font.SANS_SERIF, Font.PLAIN, 10);

    /** The font of titles. */
    public static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 14);

    private static final Color BACKGROUND = new Color(0xF6_F6_F6);
    private static final NumberFormat DECADES = new ChoiceFormat(
            new double[] {0, 9e-4, 9e-3, 0.09, 0.9, 9, 90, 900, 9e3, 9e4, 9e5, 9e6}, // an empty label cannot be drawn
            new String[] {" ", "0.001", "0.01", "0.1", "1", "10", "100", "1 k", "10 k", "100 k", "1 M", "10 M"});

    private Svg() {}

    /** Returns a chart as an SVG document of that size in pixels. */
    public static String drawn(JFreeChart chart, int width, int height) {
        chart.setBackgroundPaint(Color.WHITE);
        if (chart.getLegend() != null) {
            chart.getLegend().setItemFont(TEXT);
        }
        VectorGraphics2D graphics = new FilledText();
        chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            new SVGProcessor()
                    .getDocument(graphics.getCommands(), new PageSize(0, 0, width, height))
                    .writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Returns a logarithmic axis with a label at each decade; {@code from} is positive. */
    public static LogAxis logarithmic(String label, double from, double to) {
        LogAxis axis = new LogAxis(label);
        axis.setSmallestValue(from);
        axis.setRange(from, to);
        axis.setTickUnit(new NumberTickUnit(1));
        axis.setMinorTickMarksVisible(false);
        axis.setNumberFormatOverride(DECADES);
        axis.setTickLabelFont(TEXT);
        axis.setLabelFont(BOLD);
        return axis;
    }

    /** Sets the background of a plot and removes its outline. */
    public static void plain(Plot plot) {
        plot.setBackgroundPaint(BACKGROUND);
        plot.setOutlineVisible(false);
    }

    /** Fills glyphs; the base class draws their outlines only. */
    private static final class FilledText extends VectorGraphics2D {
        @Override
        public void drawGlyphVector(GlyphVector glyphs, float x, float y) {
            fill(glyphs.getOutline(x, y));
        }
    }
}
