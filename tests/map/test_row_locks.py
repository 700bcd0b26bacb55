"""Rows are held against other writers only (FOR NO KEY UPDATE).

Keys never change here. A plain FOR UPDATE also keeps others from adding rows that name the held one, as counting triggers do: two
requests that each wait for the other's row are a deadlock, and one of them fails.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

FILES = [file for file in Path("callcenter").rglob("*.py") if "versions" not in file.parts]
LOCKING = re.compile(r"\bFOR (UPDATE|SHARE)\b")


def locks() -> Iterator[tuple[str, str]]:
    """Where rows are held, and how."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            where = f"{file}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "with_for_update":
                yield where, " ".join(sorted(f"{word.arg}={ast.unparse(word.value)}" for word in node.keywords))
            elif isinstance(node, ast.keyword) and node.arg == "with_for_update":
                yield where, ast.unparse(node.value).replace("'key_share': True", "key_share=True")


def test_no_lock_keeps_others_from_naming_the_row() -> None:
    found = list(locks())
    assert len(found) > 50
    assert [where for where, how in found if "key_share=True" not in how] == []


def test_nor_does_any_written_in_sql() -> None:
    assert [str(file) for file in FILES if LOCKING.search(file.read_text(encoding="utf-8"))] == []
