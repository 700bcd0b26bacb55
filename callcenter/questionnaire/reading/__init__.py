"""Read the document of a questionnaire (`survey`, `choices`, `settings`: lists of rows) into a definition, noting every problem."""

from collections.abc import Mapping
from typing import Any

from callcenter.questionnaire.definition import Definition
from callcenter.questionnaire.problems import problem
from callcenter.questionnaire.reading.columns import COLUMNS, MEASURES, TEXT_COLUMNS
from callcenter.questionnaire.reading.survey import Reader, Reading
from callcenter.questionnaire.said import Said

__all__ = ["COLUMNS", "MEASURES", "TEXT_COLUMNS", "Reading", "read_questionnaire"]


def read_questionnaire(document: Any) -> Reading:
    """The definition in a document, with every problem of form."""
    if not isinstance(document, Mapping) or not isinstance(document.get("survey"), list):
        return Reading(Definition("", {}, ()), [problem("Q026", "survey", 1, what=Said("没有 survey 表", "it has no sheet survey"))])
    return Reader(document).read()
