"""The certificate of a draw: what an auditor needs to draw again, and hashes that nobody can change afterwards.

The opened form is for auditors under seal; the sealed one (hashes, N, n; no seed, number or key) is all that departments may see
until the calling window is over.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcenter.sampling.draw import ALGORITHM, DrawnStratum, Place

SOFTWARE = "callcenter 0.1.0"
SECRET_FIELDS = ("seed", "secret", "public_value")


@dataclass(frozen=True)
class Origin:
    """Whose draw it is and where its seed comes from; all but the seed are None for a draw with a given seed."""

    seed: str
    study: str | None = None
    population: str | None = None
    draw_no: int | None = None
    secret: str | None = None
    seed_commitment: str | None = None
    public_source: str | None = None
    public_value: str | None = None
    coordination: str | None = None
    rotation: int = 0


def units_sha256(units: Iterable[tuple[str, str]]) -> str:
    """Hash of a set of units: the lines `unit_key TAB stratum LF`, sorted bytewise."""
    return hashlib.sha256(b"".join(sorted(f"{key}\t{stratum}\n".encode() for key, stratum in units))).hexdigest()


def document_sha256(document: Mapping[str, Any]) -> str:
    """Hash of a JSON document in its one canonical form: sorted keys, no spaces, UTF-8."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def make_certificate(
    origin: Origin,
    placed: Sequence[Place],
    strata: Sequence[DrawnStratum],
    *,
    design_sha256: str,
    drawn_at: datetime,
    drawn_by: str | None,
) -> dict[str, Any]:
    """The opened certificate of a draw whose sample is the first n of each stratum's order."""
    taken = {stratum.stratum: stratum.taken for stratum in strata}
    return {
        "algorithm": ALGORITHM,
        "study": origin.study,
        "population": origin.population,
        "draw_no": origin.draw_no,
        "frame_sha256": units_sha256((place.unit_key, place.stratum) for place in placed),
        "frame_size": len(placed),
        "strata": [{"stratum": s.stratum, "N": s.size, "n": s.taken, "last_prn": s.last_prn} for s in strata],
        "design_sha256": design_sha256,
        "seed": origin.seed,
        "secret": origin.secret,
        "seed_commitment": origin.seed_commitment,
        "public_source": origin.public_source,
        "public_value": origin.public_value,
        "coordination": origin.coordination,
        "rotation": f"{origin.rotation:016x}",
        "sample_sha256": units_sha256((place.unit_key, place.stratum) for place in placed if place.order <= taken[place.stratum]),
        "drawn_at": drawn_at.isoformat(),
        "drawn_by": drawn_by,
        "software": SOFTWARE,
    }


def sealed(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """The same certificate without anything from which a drawn unit could be worked out.

    The sample's hash goes too: a department could try its own units against it.
    """
    kept = {name: value for name, value in certificate.items() if name not in (*SECRET_FIELDS, "sample_sha256")}
    kept["strata"] = [{"stratum": row["stratum"], "N": row["N"], "n": row["n"]} for row in certificate["strata"]]
    kept["sealed"] = True
    if certificate.get("secret"):
        # Whoever kept the sealed form can see later that just this certificate was opened. The secret in it is random: no hash is guessed.
        kept["opened_sha256"] = document_sha256(certificate)
    return kept
