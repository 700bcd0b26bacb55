"""A worked sample with everything that is hard to export: repeats, ranks, non-answers, two versions, hostile texts."""

import json
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from tests.factories.field_work import WorkedSample, give, make_worked_sample

SAID = "{{ contact.name }}，{{ study.title }}只要 {{ interview.minutes }} 分钟：在 {{ population.title }} 上花了多少钱？不算 ${days}。"
LONG_TEXT = "慢" * 32_767
HOSTILE = ["=1+1\n第二行", "+100 分", "🙂 好", LONG_TEXT, '逗号,引号"', ""]
CODES = {"和平区": ["1.1"] * 6 + ["4.80", "3.13"], "河西区": ["1.1"] * 3 + [""]}

OLDER: dict[str, Any] = {
    "survey": [
        {"type": "select_one yes_no", "name": "handled", "label": "办过吗？"},
        {"type": "integer", "name": "days", "label": "几天？", "nonanswers": "dont_know refused"},
        {"type": "select_one old", "name": "gone", "label": "旧版才有的题"},
    ],
    "choices": [
        {"list_name": "yes_no", "name": "yes", "label": "是"},
        {"list_name": "yes_no", "name": "maybe", "label": "说不准"},
        {"list_name": "old", "name": "1", "label": "一"},
        {"list_name": "old", "name": "2", "label": "二"},
    ],
    "settings": [{"form_title": "企业开办", "version": "0"}],
}
NEWER: dict[str, Any] = {
    "survey": [
        {"type": "note", "name": "hello", "label": "您好"},
        {"type": "select_one yes_no", "name": "handled", "label": "是否办理过？"},
        {"type": "integer", "name": "days", "label": "几个工作日办结？" + "（从受理当天算起，到拿到结果为止）" * 12, "unit": "工作日"},
        {"type": "decimal", "name": "cost", "label": "花了多少钱？", "say": SAID, "unit": "元"},
        {"type": "select_multiple how", "name": "ways", "label": "通过哪些方式？"},
        {"type": "select_one how or_other", "name": "best", "label": "哪种最方便？"},
        {"type": "rank how", "name": "order", "label": "请排序"},
        {"type": "begin_repeat", "name": "visits", "label": "每次跑动", "repeat_count": "2"},
        {"type": "integer", "name": "hours", "label": "这次几小时？"},
        {"type": "text", "name": "window", "label": "哪个窗口？"},
        {"type": "end_repeat"},
        {"type": "text", "name": "wish", "label": "有何建议？"},
        {"type": "text", "name": "Wish", "label": "还有吗？"},
        {"type": "integer", "name": "1st", "label": "数字开头的题"},
        {"type": "select_one how", "name": "never", "label": "从没问到的题"},
    ],
    "choices": [
        {"list_name": "yes_no", "name": "yes", "label": "是"},
        {"list_name": "yes_no", "name": "no", "label": "否"},
        {"list_name": "how", "name": "online", "label": "网上办理" + "，包括手机应用、小程序和各部门网站" * 4},
        {"list_name": "how", "name": "window", "label": "窗口"},
    ],
    "settings": [{"form_title": "企业开办", "version": "1"}],
}


def make_rich_sample(session: Session) -> WorkedSample:
    """Ten complete interviews, two of them with the older version of the questionnaire."""
    made = make_worked_sample(session, CODES)
    older = _two_versions(session, made)
    interviews = session.execute(
        text("SELECT i.id FROM interviews i JOIN dispositions d ON d.case_id = i.case_id AND d.code = '1.1' ORDER BY 1")
    )
    ids = [row[0] for row in interviews]
    session.execute(text("DELETE FROM answers WHERE interview_id = ANY(:ids)"), {"ids": ids})
    for number, interview in enumerate(ids):
        if number < 2:
            session.execute(text("UPDATE interviews SET questionnaire_id = :q WHERE id = :i"), {"q": older, "i": interview})
            _give_older(session, interview, number)
        else:
            _give_newer(session, interview, number)
    # One answer was asked in another case of the enterprise.
    last = "(SELECT max(id) FROM answers WHERE question = 'cost' AND nonanswer IS NULL)"
    session.execute(text(f"UPDATE answers SET asked_in = :i WHERE id = {last}"), {"i": ids[0]})
    return made


def _two_versions(session: Session, made: WorkedSample) -> int:
    newer = made.drawn.frame.questionnaire_id
    session.execute(
        text("UPDATE questionnaires SET definition = CAST(:d AS jsonb), version = 2 WHERE id = :q"), {"d": json.dumps(NEWER), "q": newer}
    )
    found = session.execute(
        text(
            "INSERT INTO questionnaires (study_id, name, version, title, sha256, definition, loaded_at) "
            "SELECT study_id, name, 1, title, 'older', CAST(:d AS jsonb), loaded_at FROM questionnaires WHERE id = :q RETURNING id"
        ),
        {"d": json.dumps(OLDER), "q": newer},
    )
    return int(found.scalar_one())


def _give_older(session: Session, interview: int, number: int) -> None:
    give(session, interview, "handled", "maybe" if number else "yes")
    give(session, interview, "days", None, nonanswer="refused") if number else give(session, interview, "days", 4)
    give(session, interview, "gone", "2")


def _give_newer(session: Session, interview: int, number: int) -> None:
    give(session, interview, "hello", None)
    give(session, interview, "handled", "yes")
    give(session, interview, "days", number)
    give(session, interview, "days", number + 1, version=2)
    if number % 2:
        give(session, interview, "cost", 12.5)
        give(session, interview, "ways", ["online", "window"])
        give(session, interview, "best", "other")
        give(session, interview, "best_other", "电话")
    else:
        give(session, interview, "cost", None, nonanswer="dont_remember")
        give(session, interview, "ways", None, nonanswer="dont_know")
        give(session, interview, "best", "online")
    give(session, interview, "order", ["window", "online"])
    for instance in ("1", "2", "10")[: 1 + number % 3]:
        give(session, interview, "hours", number, instance=instance)
        give(session, interview, "window", f"{instance} 号", instance=instance)
    give(session, interview, "wish", HOSTILE[number % len(HOSTILE)])
    give(session, interview, "Wish", None, nonanswer="refused")
    give(session, interview, "1st", -number)
