"""What the matters of a bundle are called beside the questions, each so that it can be told from the others."""

from collections import Counter

from sqlmodel import Session

from callcenter.follow_up.queries import CaseRow
from callcenter.interviews.case_fields import reference_matter
from callcenter.studies import queries as studies


def matters_of(session: Session, bundle: list[CaseRow]) -> dict[int, str]:
    """What each case is about; where the words are the same, with the population that tells them apart."""
    words = {}
    for one in bundle:
        matter = reference_matter(one.matters)
        words[one.id or 0] = " · ".join(str(matter[name]) for name in ("what", "when") if matter.get(name))
    alike = {text for text, count in Counter(words.values()).items() if count > 1}
    for one in bundle:
        if words[one.id or 0] in alike:
            population = studies.population(session, one.population_id)
            words[one.id or 0] = " · ".join(part for part in (words[one.id or 0], f"{population.code} {population.title}") if part)
    return words
