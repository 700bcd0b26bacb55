# Sourced by the other scripts. `setup run` or `setup dev` makes .venv from the lock files; nothing happens where that is done.
# Needs Python 3.11 or newer with pip; a Python without ensurepip (Debian's) is served too.

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14 python /usr/bin/python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer with pip is needed (Debian: apt-get install python3-pip): install it, or name it in PYTHON." >&2
    return 1
}

# What is installed is told by the last line written: an install that was cut short is done again.
installed() {
    [ -x .venv/bin/python ] && grep -qxF -e "dev $1" ${2:+-e "$2 $1"} .venv/installed 2>/dev/null
}

setup() {
    local kind=$1 lock=requirements.lock python wanted
    [ "$kind" = dev ] && lock=requirements-dev.lock
    wanted=$(cksum <requirements.lock)/$(cksum <requirements-dev.lock)
    if installed "$wanted" "$kind"; then return; fi
    # Two at once (run and test, say): the second waits for the first and then finds it done.
    if command -v flock >/dev/null 2>&1; then
        exec 9>.setup.lock
        flock 9
        if installed "$wanted" "$kind"; then exec 9>&-; return; fi
    fi
    python=$(find_python)
    echo "Setting up .venv (once; a minute or two) …" >&2
    .venv/bin/python -c '' 2>/dev/null || rm -rf .venv
    [ -x .venv/bin/python ] || "$python" -m venv --without-pip .venv
    # --python installs into .venv with the pip at hand, also where that pip's own Python is managed by the system.
    PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 "$python" -m pip --python .venv/bin/python install \
        --quiet --no-input --disable-pip-version-check --require-hashes -r "$lock" >&2 ||
        { echo "The packages could not be installed (see above): check the network, then run this again." >&2; return 1; }
    echo "$PWD" >"$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/callcenter-checkout.pth"
    # Not a #! line with the interpreter's path: that may hold spaces.
    printf '#!/bin/sh\nexec "%s" -m callcenter "$@"\n' "$PWD/.venv/bin/python" >.venv/bin/callcenter
    chmod +x .venv/bin/callcenter
    echo "$kind $wanted" >.venv/installed
    if command -v flock >/dev/null 2>&1; then exec 9>&-; fi
}
