# shellcheck shell=sh
# shellcheck disable=SC2154 # name and root
# SPDX-License-Identifier: Apache-2.0
#
# What ./lanyard and ./lanyard-bench share. They set `name` and `root`, the checkout, and source this file.

say() {
    printf '%s\n' "$*" >&2
}

# Prints the lines of the script's own comment that describe its commands.
usage() {
    sed -n 's/^#   //p' "$root/$name"
}

# Prints what is wrong and the usage, and exits: a wrong command line builds nothing and needs no Java.
reject() {
    say "$name: $1"
    say
    usage >&2
    exit 2
}

# Sets `java`, or exits if there is none that is new enough.
find_java() {
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
        java=$JAVA_HOME/bin/java
    elif command -v java >/dev/null 2>&1; then
        java=$(command -v java)
    else
        say "$name: no java found. It needs Java 17 or newer, on PATH or in JAVA_HOME."
        exit 2
    fi
    version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
    major=${version%%[!0-9]*}
    if [ "${major:-0}" -lt 17 ]; then
        say "$name: Java 17 or newer is needed; $java is version ${version:-unknown}."
        exit 2
    fi
}

# Builds modules unless the file that marks their last build is newer than all POMs and main sources.
#
#   build_if_older MARK MODULES [FILE...]    MODULES as for mvn -pl; each FILE has to exist as well
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
        say "$name: it has to be built, and no mvn was found. Maven 3.8.7 or newer is needed on PATH."
        exit 2
    fi
    say "Building $modules (the first time Maven also downloads, which can take minutes)."
    start=$(date +%s)
    # the time from which on a change is too late for this build
    mkdir -p "$(dirname "$mark")"
    : >"$mark-next"
    # what the jars need, and nothing that only checks or publishes
    if ! (cd "$root" && mvn -q -B -Dstyle.color=never -pl "$modules" -am -Dmaven.test.skip=true \
            -Dmaven.javadoc.skip=true -Dmaven.source.skip=true -Dcyclonedx.skip=true \
            -Djacoco.skip=true -Dspotless.check.skip=true package) >&2; then
        say "$name: the build failed; Maven says why above."
        exit 2
    fi
    mv "$mark-next" "$mark"
    say "Built in $(($(date +%s) - start)) s."
}
