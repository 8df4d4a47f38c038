// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionTest {

    @Test
    void the_version_in_the_user_agent_is_the_builds() {
        assertThat(Version.TEXT).isEqualTo(System.getProperty("lanyard.version"));
    }
}
