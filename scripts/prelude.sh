# shellcheck shell=sh
# shellcheck disable=SC2154 # name and root
# SPDX-License-Identifier: Apache-2.0
#
# Shared by ./lanyard and ./lanyard-bench, which set `name` and `root` (the checkout) and source this file.

say() {
    printf '%s\n' "$*" >&2
}

# Prints the lines of the script's own comment that describe its commands.
usage() {
    sed -n 's/^#   //p' "$root/$name"
}

# Prints an error and the usage, and exits. Called before Java is searched and anything is built.
reject() {
    say "$name: $1"
    say
    usage >&2
    exit 2
}

# Sets `java`, or exits if no Java 17 or newer is found.
find_java() {
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
        java=$JAVA_HOME/bin/java
    elif command -v java >/dev/null 2>&1; then
        java=$(command -v java)
    else
        say "$name: no java found. $name needs Java 17 or newer on PATH or in JAVA_HOME."
        exit 2
    fi
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
    major=${version%%[!0-9]*}
    if [ "${major:-0}" -lt 17 ]; then
        say "$name needs Java 17 or newer, but $java is version ${version:-unknown}. Set JAVA_HOME."
        exit 2
    fi
}

# Builds modules unless their last build is newer than all POMs and main sources.
#
#   build_if_older MARK MODULES [FILE...]    MARK has the time of the last build; MODULES as for mvn -pl; each FILE must exist
build_if_older() {
    mark=$1
    modules=$2
    shift 2
    stale=
    for file in "$mark" "$@"; do
        [ -e "$file" ] || stale=$file
    done
    if [ -z "$stale" ]; then
        stale=$(cd "$root" && find pom.xml .mvn ./*/pom.xml ./*/src/main examples -name target -prune -o -type f \
            \( -name pom.xml -o -path '.mvn/*' -o -path '*/src/main/*' \) -newer "$mark" -print | head -n 1)
    fi
    [ -n "$stale" ] || return 0

    if ! command -v mvn >/dev/null 2>&1; then
        say "$name: no mvn found. Building $modules needs Maven 3.8.7 or newer on PATH."
        exit 2
    fi
    say "Building $modules. The first build also downloads dependencies, which can take minutes."
    start=$(date +%s)
    # a change after this time is not in this build
    mkdir -p "$(dirname "$mark")"
    : >"$mark-next"
    # only what the jars need: no tests, no checks, nothing for publication
    if ! (cd "$root" && mvn -q -B -Dstyle.color=never -pl "$modules" -am -Dmaven.test.skip=true \
            -Dmaven.javadoc.skip=true -Dmaven.source.skip=true -Dcyclonedx.skip=true \
            -Djacoco.skip=true -Dspotless.check.skip=true package) >&2; then
        say "$name: the build failed; see the output of Maven above."
        exit 2
    fi
    mv "$mark-next" "$mark"
    say "Built in $(($(date +%s) - start)) s."
}
