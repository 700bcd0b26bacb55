"""Whose case it is: another operator takes over what one had promised."""

from sqlmodel import Session

from callcenter.call_queue.actions.deciding import locked


def assign(session: Session, case_id: int, operator_id: int) -> None:
    """Keep a waiting case for that operator first, until the moment at which anyone may take it."""
    held = locked(session, case_id)
    if held.for_operator_id is not None or held.anyone_from is not None:
        held.for_operator_id = operator_id
        session.add(held)
        session.flush()
