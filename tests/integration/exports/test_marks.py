"""What changed since a package was made is told by name: everything that can change is changed, one after the other."""

import json

from sqlalchemy import text

from callcenter.db.engine import transaction
from callcenter.estimates import actions, queries
from callcenter.exports.changes import AnswerChange, Changes, CodeChange, Named, since
from callcenter.exports.queries.marks import marks, named_since
from tests.factories.field_work import give, make_worked_sample, top_up
from tests.factories.sampling import MOMENT, insert


def test_what_came_after_the_marks_is_named(database_url: str) -> None:
    with transaction() as session:
        made = make_worked_sample(session, {"和平区": ["1.1"] * 4, "河西区": ["1.1"] * 3 + ["3.13"]})
        population, draw, study = made.drawn.frame.population_id, made.drawn.draw_id, made.drawn.frame.study_id
        first, silent = made.cases["和平区"][0], made.cases["河西区"][3]
        at = {"then": json.loads(json.dumps(marks(session, population, draw)))}

        def changed() -> Changes:
            """Since the last time this was asked."""
            session.expire_all()
            now = json.loads(json.dumps(marks(session, population, draw)))
            found = since(at["then"], now, named_since(session, draw, at["then"]))
            at["then"] = now
            return found

        assert not changed()

        (interview,) = session.execute(text("SELECT id FROM interviews WHERE case_id = :c"), {"c": first}).one()
        give(session, interview, "days", 9, version=2)
        corrected = changed()
        assert corrected.named.corrected == [AnswerChange(first, "days", again=True)] and not corrected.named.answered
        assert [label for label, _then, _now in corrected.counts] == ["回答（含各版本）"]

        top_up(session, made, "河西区", ["1.1"])
        new = made.cases["河西区"][-1]
        released = changed()
        assert released.named.released == [("河西区", "top_up", 1)]
        assert {each.case_id for each in released.named.answered} == {new} and not released.named.corrected
        assert ("已释放", 8.0, 9.0) in released.counts and ("访问", 7.0, 8.0) in released.counts
        assert not released.named.recoded, "a case that is new was not coded otherwise"
        assert released.named.judged == [(new, True)]

        insert(session, "dispositions", case_id=silent, at=MOMENT, code="4.70", category="NE", final=True, source="correction", reason="")
        assert changed().named.recoded == [CodeChange(silent, "3.13", "4.70")]

        promise = {"document": "清单", "year": 2022, "area": "天津市", "item_number": 4, "subject": "办结", "measure": "workdays"}
        insert(session, "declared_standards", study_id=study, **promise, operator="<=", value="3", unit="工作日", condition="")
        assert changed().promises == [("清单 · 2022 · 天津市", "new")]
        session.execute(text("UPDATE declared_standards SET value = '2'"))
        assert changed().promises == [("清单 · 2022 · 天津市", "changed")]

        code = actions.add_code(session, study, "wish", "材料", None)
        actions.code_answers(session, study, "wish", queries.coded_answers(session, draw, "wish")[:2], ["1"], user_id=None)
        assert changed().counts == [("开放题编码（含历次）", 0, 2), ("开放题的类别", 0, 1)]
        actions.retire_code(session, code.id or 0, None)
        assert changed().others == ["rows"]

        session.execute(text('UPDATE studies SET settings = \'{"estimates": {"trim_at": 3}}\''))
        assert changed().others == ["settings"]

        again = "SELECT study_id, name, 2, title, 'newer', definition, loaded_at, released_at FROM questionnaires RETURNING id"
        columns = "study_id, name, version, title, sha256, definition, loaded_at, released_at"
        (newer,) = session.execute(text(f"INSERT INTO questionnaires ({columns}) {again}")).one()
        session.execute(text("UPDATE cases SET questionnaire_id = :q WHERE id = :c"), {"q": newer, "c": silent})
        assert changed().versions == ["opening_business v2"]
        assert not changed()


def test_weights_and_detaching_are_compared_and_what_was_not_marked_is_not() -> None:
    then, now = {"weights_deff": 1.04, "valid": 7, "detached": False}, {"weights_deff": 1.06, "valid": 7, "detached": True, "draw": 3}
    found = since(then, now, Named())
    assert (found.counts, found.others) == ([("权数设计效应", 1.04, 1.06)], ["detached"])
    assert not since({}, now, Named())
