# Sourced by the other scripts. `setup run` or `setup dev` makes .venv from the lock files; nothing happens where that is done.
# Needs Python 3.11 or newer with pip; a Python without ensurepip (Debian's) is served too.

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer with pip is needed: install it, or name it in PYTHON." >&2
    return 1
}

setup() {
    local kind=$1 lock=requirements.lock python wanted
    [ "$kind" = dev ] && lock=requirements-dev.lock
    wanted=$(cksum <requirements.lock)/$(cksum <requirements-dev.lock)
    if [ -x .venv/bin/python ] && grep -qxF "dev $wanted" .venv/installed 2>/dev/null; then return; fi
    if [ "$kind" = run ] && [ -x .venv/bin/python ] && grep -qxF "run $wanted" .venv/installed 2>/dev/null; then return; fi
    python=$(find_python)
    echo "Setting up .venv (once; a minute or two) …" >&2
    [ -x .venv/bin/python ] || "$python" -m venv --without-pip .venv
    "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check --require-hashes -r "$lock" >&2
    echo "$PWD" >"$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/callcenter-checkout.pth"
    printf '#!%s\nimport sys\nfrom callcenter.cli import main\nsys.exit(main())\n' "$PWD/.venv/bin/python" >.venv/bin/callcenter
    chmod +x .venv/bin/callcenter
    echo "$kind $wanted" >.venv/installed
}
