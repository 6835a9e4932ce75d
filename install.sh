#!/bin/sh
# Makes everything that Dossier needs on a bare Debian machine: system packages, then .venv. Safe to repeat.
set -eu
cd "$(dirname "$0")"

PACKAGES="python3-venv tesseract-ocr tesseract-ocr-rus tesseract-ocr-eng fonts-dejavu-core"

# What the engines of the tests need (--with-engines [NAME…]; without a name all). A Go or a Java development kit that
# is there already is used as it is; where the system offers no Java 21, the engine itself says that it is missing.
engine_packages() {
    for engine in ${*:-postgres redis rabbitmq minio versitygw toxiproxy elasticsearch opensearch}; do
        case $engine in
        postgres) echo postgresql ;;
        redis) echo redis-server ;;
        rabbitmq) echo rabbitmq-server ;;
        minio | versitygw | toxiproxy) command -v go >/dev/null || [ -x /usr/local/go/bin/go ] || echo golang-go ;;
        elasticsearch | opensearch)
            command -v mvn >/dev/null || echo maven
            has_java_kit || newest_java_kit ;;
        esac
    done | sort -u
}
has_java_kit() {
    for kit in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        [ -x "$kit/bin/javac" ] && grep -qsE '^JAVA_VERSION="(2[1-9]|[3-9][0-9])' "$kit/release" && return 0
    done
    return 1
}
newest_java_kit() {
    for version in 25 21; do
        if apt-cache show "openjdk-$version-jdk-headless" >/dev/null 2>&1; then
            echo "openjdk-$version-jdk-headless"
            return
        fi
    done
}

case "${1:-}" in
--with-tests) PACKAGES="$PACKAGES chromium chromium-driver strace docker-compose" ;;
--with-engines)
    shift
    PACKAGES="$PACKAGES $(engine_packages "$@")" ;;
esac

missing=""
for package in $PACKAGES; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    line="apt-get update && apt-get install -y --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root="none"; fi
    if [ "$as_root" = none ] || ! command -v apt-get >/dev/null; then
        echo "These system packages are missing, and this user may not install them. As root, run:" >&2
        echo "    $line" >&2
        echo "then run this again." >&2
        exit 1
    fi
    echo "Installing system packages:$missing"
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

python=""
for candidate in python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { echo "Python 3.11 or later is needed; none was found." >&2; exit 1; }

wanted=$(cat requirements.lock pyproject.toml | cksum)
if [ ! -x .venv/bin/dossier ] || [ "$(cat .venv/installed 2>/dev/null)" != "$wanted" ]; then
    echo "Making .venv with the locked packages"
    "$python" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    echo "$wanted" >.venv/installed
fi
