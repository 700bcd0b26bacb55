"""Orders that look random and are the same for a case every time."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import groupby

from callcenter.questionnaire.definition import Block, Branch, Choice, Definition, Question
from callcenter.questionnaire.routing.route import Place

Body = tuple[Question | Branch, ...]


def in_seeded_order(choices: Iterable[Choice], seed: str, name: str) -> tuple[Choice, ...]:
    """Choices shuffled by the seed, fixed ones at the end."""
    listed = list(choices)
    loose = [choice for choice in listed if not choice.fixed]
    loose.sort(key=lambda choice: _draw(seed, name, choice.value))
    return (*loose, *(choice for choice in listed if choice.fixed))


def body_in_order(definition: Definition, seed: str) -> Body:
    """The body of a questionnaire with every block whose order is random put in the case's order."""
    return _ordered(definition.body, seed) if definition.shuffles else definition.body


def laid_out(body: Body, count: Callable[[Block, Place], int], place: Place = ()) -> Iterator[tuple[Question, Place]]:
    """Every question in every instance of its repeats, in order; `count` tells how many instances there are."""
    for part in body:
        if isinstance(part, Branch):
            inside = [(*place, n + 1) for n in range(count(part.block, place))] if part.block.repeats else [place]
            for each in inside:
                yield from laid_out(part.body, count, each)
        else:
            yield part, place


def _ordered(body: Body, seed: str) -> Body:
    return tuple(Branch(part.block, _branch(part, seed)) if isinstance(part, Branch) else part for part in body)


def _branch(branch: Branch, seed: str) -> Body:
    body = _ordered(branch.body, seed)
    if not branch.block.random:
        return body
    # rows of one question (its or_other) stay together
    units = [tuple(parts) for _, parts in groupby(body, key=lambda part: part.block.row if isinstance(part, Branch) else part.row)]
    loose = sorted((unit for unit in units if not _fixed(unit[0])), key=lambda unit: _draw(seed, branch.block.name, _name(unit[0])))
    return tuple(_flat([*loose, *(unit for unit in units if _fixed(unit[0]))]))


def _flat(units: Iterable[Body]) -> Iterator[Question | Branch]:
    for unit in units:
        yield from unit


def _fixed(part: Question | Branch) -> bool:
    return part.block.fixed if isinstance(part, Branch) else part.fixed


def _name(part: Question | Branch) -> str:
    return part.block.name if isinstance(part, Branch) else part.name


def _draw(seed: str, name: str, value: str) -> bytes:
    return sha256(f"{seed}|{name}|{value}".encode()).digest()
