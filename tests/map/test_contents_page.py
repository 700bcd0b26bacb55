import ast
from pathlib import Path

import pytest

import callcenter

ROOMS = sorted(path for path in Path(callcenter.__file__).parent.rglob("__init__.py") if path.parent.name != "versions")


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_every_room_says_at_its_door_what_it_is_for(room):
    assert ast.get_docstring(ast.parse(room.read_text(encoding="utf-8")))
