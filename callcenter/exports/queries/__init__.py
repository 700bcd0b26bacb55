"""Reads of the room: the packages that were made. What a package is made of is read by `gathering`, which loads heavy libraries."""

from callcenter.exports.queries.packages import (
    MadePackage,
    capped,
    detached,
    drawn_populations,
    export_jobs,
    latest_package,
    package,
    package_part,
    packages,
    state_of,
    subject,
)

__all__ = [
    "MadePackage",
    "capped",
    "detached",
    "drawn_populations",
    "export_jobs",
    "latest_package",
    "package",
    "package_part",
    "packages",
    "state_of",
    "subject",
]
