"""The lock files: every package pinned with hashes, none of them bound to a registry's address."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock")


def requirements(lock: str) -> list[str]:
    """One text for each package, its continued lines joined."""
    lines = [line for line in Path(lock).read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    return [one.strip() for one in re.split(r"\n(?=\S)", "\n".join(lines).replace("\\\n", " ")) if one.strip()]


def name_of(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(lock: str) -> None:
    found = requirements(lock)
    assert len(found) > 50
    for requirement in found:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_is_named(lock: str) -> None:
    text = Path(lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted)", text, flags=re.MULTILINE)


def test_everything_the_program_needs_is_locked_and_the_tools_on_top() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    run, dev = ({name_of(one): one.split()[0] for one in requirements(lock)} for lock in LOCKS)
    assert {name_of(one) for one in project["project"]["dependencies"]} <= set(run)
    assert {name_of(one) for one in project["dependency-groups"]["dev"]} <= set(dev)
    assert run.items() <= dev.items(), "the tests run with the versions that people run"
