"""docker-compose.yml against the program: every variable is a setting, every command exists, no secret has a default."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from callcenter.cli import app
from callcenter.settings import Settings

COMPOSE = Path("docker-compose.yml")
DOCUMENT: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
OURS = {name: service for name, service in DOCUMENT["services"].items() if service.get("image") == "callcenter"}
OF_OTHERS = {"POSTGRES_PASSWORD", "BOARDS_PASSWORD"}
"""Read by the database's own image."""
NOT_SETTINGS = {"FORWARDED_ALLOW_IPS"}
"""Read by uvicorn."""
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "BOARDS_PASSWORD", "TWILIO_AUTH_TOKEN"}


def test_all_parts_are_there() -> None:
    assert {"web", "boards", "scheduler", "worker", "carrier"} <= set(OURS)
    assert DOCUMENT["services"]["carrier"]["profiles"] == ["trial"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    known = {field.upper() for field in Settings.model_fields}
    assert set(OURS[name]["environment"]) - NOT_SETTINGS <= known
    required = {field.upper() for field, told in Settings.model_fields.items() if told.is_required()}
    assert required <= set(OURS[name]["environment"])


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists_with_its_options(name: str) -> None:
    words = [str(word) for word in OURS[name]["command"]]
    command: Any = typer.main.get_command(app)
    while words and not words[0].startswith("-") and hasattr(command, "get_command"):
        command = command.get_command(None, words.pop(0))
        assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("name", ["web", "boards", "postgres"])
def test_what_serves_is_looked_after(name: str) -> None:
    assert DOCUMENT["services"][name]["healthcheck"]["test"]


def test_secrets_come_from_the_environment_and_have_no_defaults() -> None:
    used = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", COMPOSE.read_text(encoding="utf-8"))
    for name, rest in used:
        if name in SECRETS:
            assert rest.startswith(":?"), f"{name} must be refused when it is not set"
    assert {name for name, _ in used} >= SECRETS


def test_the_example_names_every_variable_and_holds_no_secret() -> None:
    lines = Path(".env.example").read_text(encoding="utf-8").splitlines()
    given = {match[1]: match[2] for line in lines if (match := re.match(r"#? ?([A-Z_]+)=(.*)$", line))}
    needed = {name for name, rest in re.findall(r"\$\{([A-Z_]+)([^}]*)\}", COMPOSE.read_text(encoding="utf-8")) if rest.startswith(":?")}
    assert needed <= set(given)
    assert all(given[name] == "" for name in SECRETS)
    assert set(given) - OF_OTHERS <= {field.upper() for field in Settings.model_fields}


def test_the_image_holds_what_runs() -> None:
    copied = re.findall(r"^COPY (\S+)", Path("Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {"callcenter", "dashboards", "questionnaires", "requirements.lock"} <= set(copied)
    for file in ("docker/boards-role.sh", "docker/proxy.conf"):
        assert f"./{file}:" in COMPOSE.read_text(encoding="utf-8")
        assert Path(file).is_file()
