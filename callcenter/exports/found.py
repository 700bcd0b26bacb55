"""What answers there are to each question of a data set: decides which columns it has, and of which kind."""

from typing import Any

from callcenter.exports.variables import Found

IN_ORDER = "CAST(string_split(nullif({0}instance, ''), '/') AS INTEGER[])"
DIGITS = "trim(regexp_replace(split_part(lower({0}), 'e', 1), '[^0-9]', '', 'g'), '0')"
"""The digits of a number, without noughts at either end."""
AS_NUMBER = "try_cast(value AS DOUBLE)"
INEXACT = f"""length(value) > 15 AND isfinite({AS_NUMBER})
        AND {DIGITS.format("value")} <> {DIGITS.format(f"CAST({AS_NUMBER} AS VARCHAR)")}"""
FOUND = f"""
SELECT question, count(value) AS answers, list(DISTINCT instance ORDER BY {IN_ORDER.format("")} NULLS FIRST) AS instances,
    list(DISTINCT nonanswer ORDER BY nonanswer) FILTER (nonanswer IS NOT NULL) AS nonanswers,
    count(*) FILTER (value IS NOT NULL AND NOT coalesce(isfinite(try_cast(value AS DOUBLE)), false)) AS not_numbers,
    count(*) FILTER (try_cast(value AS DOUBLE) <> trunc(try_cast(value AS DOUBLE)) OR abs(try_cast(value AS DOUBLE)) > 9e15) AS fractions,
    coalesce(max(strlen(value)), 0) AS longest, coalesce(max(len(string_split(value, ' '))), 0) AS most_ranked,
    count(*) FILTER ({INEXACT}) AS inexact, count(*) FILTER ({AS_NUMBER} BETWEEN -9994 AND -9991) AS like_missing
FROM answers GROUP BY question
"""
UNKNOWN = """
WITH given AS (
    SELECT DISTINCT a.question, unnest(CASE q.kind WHEN 'select_one' THEN [a.value] ELSE string_split(a.value, ' ') END) AS code
    FROM answers a JOIN asked q ON q.name = a.question WHERE q.choosing AND a.value IS NOT NULL
)
SELECT g.question, list(g.code ORDER BY g.code) FROM given g
WHERE NOT EXISTS (SELECT 1 FROM choices c WHERE c.question = g.question AND c.code = g.code) GROUP BY g.question
"""


def read_found(row: tuple[Any, ...], codes: tuple[str, ...]) -> Found:
    """A row of `FOUND`, with the codes that `UNKNOWN` names for its question."""
    return Found(
        answers=row[1],
        instances=tuple(row[2]),
        nonanswers=tuple(row[3] or ()),
        not_numbers=row[4],
        fractions=row[5],
        longest=row[6],
        most_ranked=row[7],
        inexact=row[8],
        like_missing=row[9],
        codes=codes,
    )
