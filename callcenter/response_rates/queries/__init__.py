"""Reads of the room: board numbers by stratum, every cut as of any moment, the cases behind each number."""

from callcenter.response_rates.queries.behind import BehindCase, cases_behind
from callcenter.response_rates.queries.by_stratum import PopulationCounts, by_district, over_time, steps, study_counts, titles
from callcenter.response_rates.queries.cutting import attempts_by, cases_by, whole

__all__ = [
    "BehindCase",
    "PopulationCounts",
    "attempts_by",
    "by_district",
    "cases_behind",
    "cases_by",
    "over_time",
    "steps",
    "study_counts",
    "titles",
    "whole",
]
