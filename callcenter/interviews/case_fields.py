"""What the texts of a questionnaire may say of a case."""

from collections.abc import Mapping, Sequence
from typing import Any


def reference_matter(matters: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one matter that time, steps and cost are asked of: the latest; of several undated ones the first listed."""
    return max(matters, key=lambda matter: str(matter.get("when") or ""), default={})


def case_fields(
    *,
    name: str,
    district: str,
    contact: str,
    matters: Sequence[Mapping[str, Any]],
    population: str,
    study: Mapping[str, Any],
    study_title: str,
    line: str | None,
) -> dict[str, dict[str, str]]:
    """The fields of texts.CASE_FIELDS for one case."""
    matter = reference_matter(matters)
    return {
        "enterprise": {"name": name, "district": district},
        "contact": {"name": contact},
        "matter": {
            "what": str(matter.get("what") or population),
            "when": str(matter.get("when") or ""),
            "department": str(matter.get("department") or ""),
        },
        "population": {"title": population},
        "study": {"title": study_title, **{word: str(study.get(word, "")) for word in ("commissioner", "evaluator", "contact")}},
        "interview": {"minutes": str(study.get("interview_minutes", 8)), "line": line or ""},
    }
