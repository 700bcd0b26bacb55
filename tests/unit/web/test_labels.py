"""Every code that can stand on a page has a label."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.calls.dispositions import CATEGORIES
from callcenter.calls.outcomes import ALL
from callcenter.follow_up.actions.appointments import CROWDED, MISSED
from callcenter.web import labels

HERE = Path(__file__).parents[3] / "callcenter"


def trees() -> Iterator[ast.AST]:
    for file in sorted(HERE.rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def called(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))


def words(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_every_recorded_action_and_subject_has_a_label() -> None:
    actions, subjects = set[str](), set[str]()
    for node in trees():
        if isinstance(node, ast.Call) and called(node, "record") and len(node.args) > 2:
            actions |= words(node.args[2])
            subjects |= words(node.args[3])
    assert len(actions) > 30, "the calls are found at all"
    assert actions - labels.ACTIONS.keys() == set()
    assert subjects - labels.SUBJECTS.keys() == set()


def test_every_alert_is_named_in_the_readers_language() -> None:
    raised = [node.args[1] for node in trees() if isinstance(node, ast.Call) and called(node, "raise_alert") and len(node.args) > 2]
    kinds = set().union(*(words(kind) for kind in raised)) | {MISSED, CROWDED}
    assert len(kinds) > 10, "the calls are found at all"
    assert kinds - labels.ALERTS.keys() == set()


def test_every_job_and_line_of_the_timetable_has_a_label() -> None:
    lines = set[str]()
    for node in trees():
        if isinstance(node, ast.Call) and called(node, "Line") and node.args and isinstance(node.args[0], ast.Constant):
            lines.add(str(node.args[0].value))
    lines |= {"export", "judge_list"}
    assert len(lines) > 6
    assert {line for line in lines if line.islower()} - labels.JOBS.keys() == set()


def test_every_decision_on_a_case_has_a_label() -> None:
    whys = {
        str(node.args[1].value)
        for node in trees()
        if isinstance(node, ast.Call) and called(node, "Decision") and len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
    }
    assert len(whys) > 15
    assert {why for why in whys if labels.value(why) == why} == set()


def test_every_disposition_and_outcome_has_a_label() -> None:
    assert set(CATEGORIES) == set(labels.DISPOSITIONS)
    assert all(labels.value(known.code) == known.label for known in ALL)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (labels.verdict(valid=True, reasons=[], flags=["too_short"]), "有效，需复核：访问时间过短"),
        (labels.verdict(valid=True, reasons=[], flags=[]), "有效样本"),
        (labels.verdict(valid=False, reasons=["incomplete"], flags=["too_short"]), "无效样本：访问没有完成"),
        (labels.sentence("个案已结束（{why}）", {"why": "complete"}), "个案已结束（完成访问）"),
        (labels.disposition("1.1"), "1.1 完成访问"),
        (labels.value("1.1", "code"), "1.1 完成访问"),
        (labels.action("never_heard_of"), "never_heard_of"),
        (labels.value({"a": 1}), {"a": 1}),
        (labels.subject_kind("个案"), "case"),
        (labels.subject_kind("case"), "case"),
    ],
)
def test_codes_are_told_in_words_and_unknown_ones_as_they_are(shown: object, said: object) -> None:
    assert shown == said
