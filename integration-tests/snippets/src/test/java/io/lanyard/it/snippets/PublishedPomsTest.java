// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the project data in the POMs of published modules. Public repositories reject a POM without any of it. */
class PublishedPomsTest {

    private static final List<String> OF_THE_PROJECT = List.of(
            "/project/url",
            "/project/licenses/license/name",
            "/project/licenses/license/url",
            "/project/developers/developer/name",
            "/project/developers/developer/organization",
            "/project/developers/developer/organizationUrl",
            "/project/scm/connection",
            "/project/scm/developerConnection",
            "/project/scm/url",
            "/project/issueManagement/system",
            "/project/issueManagement/url");

    @Test
    void the_parent_has_every_required_element() throws Exception {
        for (String element : OF_THE_PROJECT) {
            assertThat(Pom.parent().text(element)).as(element).isPresent();
        }
    }

    @Test
    void a_published_module_has_a_name_and_a_description_of_its_own() throws Exception {
        for (Pom pom : published()) {
            assertThat(pom.text("/project/name")).as("name of " + pom.folder()).isPresent();
            assertThat(pom.text("/project/description"))
                    .as("description of " + pom.folder())
                    .isPresent();
        }
    }

    /** A module without a parent repeats the parent's elements; any other module has none of them. */
    @Test
    void a_published_module_inherits_the_rest_or_repeats_it() throws Exception {
        Pom parent = Pom.parent();
        for (Pom pom : published()) {
            boolean inherits = pom.text("/project/parent/artifactId")
                    .map(parent.artifactId()::equals)
                    .orElse(false);
            for (String element : OF_THE_PROJECT) {
                assertThat(pom.texts(element))
                        .as(element + " of " + pom.folder())
                        .isEqualTo(inherits ? List.of() : parent.texts(element));
            }
        }
    }

    /** Maven appends the module's name to an inherited URL unless the parent prevents it. */
    @Test
    void inherited_urls_stay_as_they_are() throws Exception {
        for (String attribute : List.of(
                "/project/@child.project.url.inherit.append.path",
                "/project/scm/@child.scm.connection.inherit.append.path",
                "/project/scm/@child.scm.developerConnection.inherit.append.path",
                "/project/scm/@child.scm.url.inherit.append.path")) {
            assertThat(Pom.parent().text(attribute)).as(attribute).hasValue("false");
        }
    }

    @Test
    void the_bom_lists_the_published_modules() throws Exception {
        Pom bom = published().get(0);
        assertThat(bom.folder()).isEqualTo("bom");
        assertThat(bom.texts("/project/dependencyManagement/dependencies/dependency/artifactId"))
                .containsExactlyInAnyOrderElementsOf(published().stream()
                        .map(Pom::artifactId)
                        .filter(id -> !id.equals(bom.artifactId()))
                        .toList());
    }

    /** The BOM has no parent, and Maven's default versions of its plugins depend on Maven's own. */
    @Test
    void the_boms_plugins_have_the_parents_versions() throws Exception {
        Pom bom = published().get(0);
        List<String> plugins = bom.texts("//plugin/artifactId");
        assertThat(plugins).contains("maven-deploy-plugin");
        for (String plugin : plugins) {
            String version = "/project/build/pluginManagement/plugins/plugin[artifactId='" + plugin + "']/version";
            assertThat(bom.text(version))
                    .as(plugin)
                    .isPresent()
                    .isEqualTo(Pom.parent().text(version));
        }
    }

    private static List<Pom> published() throws Exception {
        List<Pom> published = Pom.all().stream().filter(Pom::isPublished).toList();
        assertThat(published).hasSizeGreaterThan(4);
        return published;
    }
}
