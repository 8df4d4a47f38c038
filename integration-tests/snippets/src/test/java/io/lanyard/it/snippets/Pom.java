// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Reads the POM of a module or of the parent, as it is written. */
record Pom(String folder, Document document) {

    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    static Pom parent() throws Exception {
        return read(".");
    }

    /** Returns all modules, in the build's order. */
    static List<Pom> all() throws Exception {
        List<Pom> modules = new ArrayList<>();
        for (String folder : parent().texts("/project/modules/module")) {
            modules.add(read(folder));
        }
        return modules;
    }

    private static Pom read(String folder) throws Exception {
        Path pom = ROOT.resolve(folder).resolve("pom.xml");
        return new Pom(
                folder,
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile()));
    }

    String artifactId() {
        return text("/project/artifactId").orElseThrow();
    }

    boolean isPublished() {
        return text("/project/properties/maven.deploy.skip").isEmpty();
    }

    Optional<String> text(String xpath) {
        return texts(xpath).stream().filter(text -> !text.isBlank()).findFirst();
    }

    /** Returns the texts of the elements, or the values of the attributes, in the order of the file. */
    List<String> texts(String xpath) {
        try {
            NodeList nodes =
                    (NodeList) XPathFactory.newInstance().newXPath().evaluate(xpath, document, XPathConstants.NODESET);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < nodes.getLength(); i++) {
                texts.add(nodes.item(i).getTextContent().strip());
            }
            return texts;
        } catch (XPathExpressionException e) {
            throw new IllegalArgumentException(xpath, e);
        }
    }
}
