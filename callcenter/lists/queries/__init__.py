"""Reads of the room: what came in from whom, what became of every row, and what units state beside."""

from callcenter.lists.queries.deliveries import arrivals, checklist, deliveries
from callcenter.lists.queries.liaison_persons import LiaisonState, liaison, liaison_history, liaison_of, liaisons
from callcenter.lists.queries.orders import orders_found, orders_with_findings, populations_with_orders, timed_orders
from callcenter.lists.queries.rows import PAGE, RowsWanted, judgements, notes, outside, rows
from callcenter.lists.queries.statements import received, statement, statement_history, statements
from callcenter.lists.queries.submissions import Receipt, Report, file_of, receipt, receipts, reports, with_same_bytes
from callcenter.lists.queries.versions import Difference, Version, difference, history, replaced_by, version_before
from callcenter.lists.queries.workbooks import write_receipt

__all__ = [
    "PAGE",
    "Difference",
    "LiaisonState",
    "Receipt",
    "Report",
    "RowsWanted",
    "Version",
    "arrivals",
    "checklist",
    "deliveries",
    "difference",
    "file_of",
    "history",
    "judgements",
    "liaison",
    "liaison_history",
    "liaison_of",
    "liaisons",
    "notes",
    "orders_found",
    "orders_with_findings",
    "outside",
    "populations_with_orders",
    "receipt",
    "receipts",
    "received",
    "replaced_by",
    "reports",
    "rows",
    "statement",
    "statement_history",
    "statements",
    "timed_orders",
    "version_before",
    "with_same_bytes",
    "write_receipt",
]
