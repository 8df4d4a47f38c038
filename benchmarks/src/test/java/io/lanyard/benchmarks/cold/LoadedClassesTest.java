// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadedClassesTest {
    @Test
    void classes_are_counted_by_origin() {
        LoadedClasses classes = LoadedClasses.of(List.of(
                "[0.018s] java.lang.Object source: shared objects file",
                "[0.018s] java.io.Serializable source: shared objects file",
                "[0.059s] io.lanyard.benchmarks.cold.Starts$LanyardChain source: file:/checkout/classes/",
                "[0.060s] io.lanyard.internal.json.Json source: file:/checkout/lib/lanyard-core.jar",
                "[0.061s] software.amazon.awssdk.utils.Validate source: file:/checkout/lib/utils.jar",
                "[0.062s] org.slf4j.Logger source: file:/checkout/lib/slf4j-api.jar",
                "[0.063s] java.net.Socket source: jrt:/java.base",
                "[0.064s] java.lang.invoke.LambdaForm$DMH/0x00007f40f000c000 source: __JVM_LookupDefineClass__",
                "[0.065s] java.net.SocketImpl$$Lambda$1/0x00007f40f004d6a0 source: java.net.SocketImpl",
                "[0.066s] no class at all"));

        assertThat(classes).isEqualTo(new LoadedClasses(2, 3, 2, 1));
        assertThat(classes.notShared()).isEqualTo(6);
    }

    @Test
    void the_cpu_time_is_parsed_after_a_name_with_spaces_and_brackets() {
        String stat = "4711 (a) b (c)) S 1 4711 4711 0 -1 4194560 1 2 3 4 55 66 77 8 20 0 1 0 1 2 3";

        assertThat(ChildCpu.millis(stat)).isEqualTo(850);
    }
}
