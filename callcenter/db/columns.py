"""Column kinds that every table uses, so that a moment is always aware and a document always JSONB."""

from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field


def key() -> Any:
    """A 64-bit primary key that the database numbers."""
    return Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger,
        sa_column_args=[Identity()],
        sa_column_kwargs={"nullable": False},
    )


def link(target: str, *, nullable: bool = False, index: bool = True) -> Any:
    """A 64-bit reference to `table.column`; `None` is allowed only where `nullable`."""
    if nullable:
        return Field(default=None, foreign_key=target, index=index, nullable=True, sa_type=BigInteger)
    return Field(foreign_key=target, index=index, nullable=False, sa_type=BigInteger)


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """An aware moment, kept in UTC."""
    kind: Any = DateTime(timezone=True)
    if nullable:
        return Field(default=None, sa_type=kind, nullable=True, index=index)
    return Field(sa_type=kind, nullable=False, index=index)


def document(*, nullable: bool = False) -> Any:
    """A JSON document; None is kept as SQL's NULL, so that `IS NULL` finds it."""
    kind: Any = JSONB
    if nullable:
        return Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    return Field(default_factory=dict, sa_type=kind, nullable=False)


def later_document() -> Any:
    """A JSON document in a column that came later: rows written without it hold an empty one."""
    kind: Any = JSONB
    return Field(default_factory=dict, sa_type=kind, nullable=False, sa_column_kwargs={"server_default": text("'{}'::jsonb")})


def later_texts() -> Any:
    """A list of texts in a column that came later: rows written without it hold an empty one."""
    kind: Any = ARRAY(Text)
    return Field(default_factory=list, sa_type=kind, nullable=False, sa_column_kwargs={"server_default": text("'{}'::text[]")})


def later_documents() -> Any:
    """A JSON list in a column that came later: rows written without it hold an empty one."""
    kind: Any = JSONB
    return Field(default_factory=list, sa_type=kind, nullable=False, sa_column_kwargs={"server_default": text("'[]'::jsonb")})


def documents() -> Any:
    """A JSON list, empty unless told."""
    kind: Any = JSONB
    return Field(default_factory=list, sa_type=kind, nullable=False)


def texts() -> Any:
    """A list of texts, empty unless told."""
    kind: Any = ARRAY(Text)
    return Field(default_factory=list, sa_type=kind, nullable=False)


def one_of(column: str, *values: str) -> str:
    """SQL of a check that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
