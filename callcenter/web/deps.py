"""What routes ask for: one transaction a request."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session

from callcenter.db.engine import transaction


def work() -> Iterator[Session]:
    """One transaction: committed after the route's function and before its response goes out; rolled back on any error.

    A route that catches an error to show its form again does so around `with session.begin_nested():`.
    """
    with transaction() as session:
        yield session


Work = Annotated[Session, Depends(work, scope="function")]
