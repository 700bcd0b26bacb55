"""No way of dialling goes around the check of the caller number: placements are made in one place, and carriers get no other number."""

import ast
from pathlib import Path

OWN = [file for file in Path("callcenter").rglob("*.py") if "carrier" not in file.parts and "versions" not in file.parts]
CALLER_WORDS = {"from_", "From", "caller_id", "callerId", "caller", "from_number"}
"""How carriers' libraries and scripts name the number that the called side sees."""


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_placements_are_made_in_one_place_only() -> None:
    makers = [str(file) for file in OWN for call in calls(ast.parse(file.read_text(encoding="utf-8"))) if name_of(call) == "Placement"]
    assert makers == ["callcenter/calls/actions/attempts.py"]


def test_whatever_is_handed_to_a_carrier_as_caller_number_is_the_checked_one() -> None:
    handed = [
        (str(file), ast.unparse(word.value))
        for file in OWN
        if "telephony" in file.parts or "web" in file.parts
        for call in calls(ast.parse(file.read_text(encoding="utf-8")))
        for word in call.keywords
        if word.arg in CALLER_WORDS
    ]
    assert handed, "the words by which carriers' libraries are told have changed: bring this test up to date"
    assert {given.rsplit(".", 1)[-1] for _, given in handed} == {"caller"}, handed


def test_every_caller_number_of_the_port_comes_out_of_the_check() -> None:
    tree = ast.parse(Path("callcenter/calls/phone_line.py").read_text(encoding="utf-8"))
    callers = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "caller"]
    assert callers
    assert all("require_published(" in ast.unparse(one) for one in callers)


def test_only_the_port_s_adapter_knows_the_carrier_s_library() -> None:
    importers = {str(file) for file in OWN if "from twilio.rest" in file.read_text(encoding="utf-8")}
    assert importers == {"callcenter/telephony/twilio_line.py"}
