"""What the texts of a questionnaire may say of a case."""

from collections.abc import Mapping, Sequence
from typing import Any


def reference_matter(matters: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one matter that time, steps and cost are asked of: the latest; of several undated ones the first listed."""
    return max(matters, key=lambda matter: str(matter.get("when") or ""), default={})


def study_fields(study: Mapping[str, Any], title: str) -> dict[str, dict[str, str]]:
    """Those that are the same for every case of a study."""
    return {
        "study": {"title": title, **{word: str(study.get(word, "")) for word in ("commissioner", "evaluator", "contact")}},
        "interview": {"minutes": str(study.get("interview_minutes", 8))},
    }


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
    matter, of_study = reference_matter(matters), study_fields(study, study_title)
    return {
        "enterprise": {"name": name, "district": district},
        "contact": {"name": contact},
        "matter": {
            "what": str(matter.get("what") or population),
            "when": str(matter.get("when") or ""),
            "department": str(matter.get("department") or ""),
        },
        "population": {"title": population},
        "study": of_study["study"],
        "interview": {**of_study["interview"], "line": line or ""},
    }
