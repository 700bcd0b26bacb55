"""How far estimates stray when releases follow outcomes: the same made-up stratum drawn under many seeds.

Released / N is the exact inclusion probability for sizes fixed in advance. Where reserves are released until a target is reached, it
is an approximation: a draw that happens upon willing units stops early, and its weights N / released come out too high (inverse
sampling: Haldane, "On a method of estimating frequencies", Biometrika 33 (1945), 222-225). Here that bias is shown, not hidden.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from callcenter.errors import InvalidInput
from callcenter.sampling.draw import prns, seed_of

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """A stratum: units, the share that answers, the share of those that say yes, and how releases go."""

    units: int = 400
    answering: float = 0.4
    saying_yes: float = 0.6
    target: int = 60
    """Answers wanted."""
    main: int = 120
    """Released at once."""
    step: int = 10
    """Released at a time while the target is not reached."""


@dataclass(frozen=True)
class Strayed:
    """How one estimate behaved over all seeds; `bias_in_errors` is the bias in standard errors of a single estimate."""

    rule: str
    """fixed: the main sample and as many reserves as are expected to be needed; follows: reserves until the target is reached."""
    quantity: str
    truth: float
    mean: float
    bias: float
    standard_error: float
    bias_in_errors: float
    noise: float
    """Half the width of the 99 % interval of `bias` itself, from so many seeds."""


def simulate(scene: Scene, seeds: int = 2000, begin: str = "simulation") -> list[Strayed]:
    """Total of answers and share of yes among them, by both rules of release, over `seeds` draws of the same stratum."""
    _check(scene, seeds)
    answers, yes = _people(scene)
    keys = [f"U{number:06d}" for number in range(scene.units)]
    fixed = min(scene.units, max(scene.main, _whole_steps(scene, round(scene.target / scene.answering))))
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(seeds):
        order = np.argsort(prns(seed_of(begin, str(number)), keys))
        answered, said_yes = answers[order].cumsum(), yes[order].cumsum()
        for rule, released in (("fixed", fixed), ("follows", _until_target(scene, answered))):
            count = answered[released - 1]
            found.setdefault((rule, "answers"), []).append(scene.units / released * count)
            found.setdefault((rule, "share of yes"), []).append(said_yes[released - 1] / count if count else np.nan)
    truths = {"answers": float(answers.sum()), "share of yes": float(yes.sum() / answers.sum())}
    return [_strayed(rule, quantity, truths[quantity], np.array(values)) for (rule, quantity), values in found.items()]


def _people(scene: Scene) -> tuple[Column, Column]:
    """Who answers, and who of them says yes: fixed facts of the units, none of them chance."""
    answering = round(scene.units * scene.answering)
    answers = np.zeros(scene.units)
    answers[:answering] = 1
    yes = np.zeros(scene.units)
    yes[: round(answering * scene.saying_yes)] = 1
    return answers, yes


def _whole_steps(scene: Scene, wanted: int) -> int:
    return scene.main + -(-max(0, wanted - scene.main) // scene.step) * scene.step


def _until_target(scene: Scene, answered: Column) -> int:
    """Units released when the target is reached, or all of them."""
    released = scene.main
    while answered[released - 1] < scene.target and released < scene.units:
        released = min(scene.units, released + scene.step)
    return released


def _strayed(rule: str, quantity: str, truth: float, values: Column) -> Strayed:
    values = values[~np.isnan(values)]
    mean, error = float(values.mean()), float(values.std(ddof=1))
    noise = NormalDist().inv_cdf(0.995) * error / len(values) ** 0.5
    return Strayed(rule, quantity, truth, mean, mean - truth, error, (mean - truth) / error if error else 0.0, noise)


def _check(scene: Scene, seeds: int) -> None:
    shares = 0 < scene.answering <= 1 and 0 <= scene.saying_yes <= 1
    counts = 1 <= scene.main <= scene.units <= 100_000 and scene.step >= 1 and scene.target >= 1
    if not (shares and counts and 2 <= seeds <= 100_000) or round(scene.units * scene.answering) < 1:
        text = "模拟的条件不成立：单位 1 至 100000 个，主样本不超过单位数，比例在 0 与 1 之间，种子 2 至 100000 个。"
        raise InvalidInput("wrong_use", text)
