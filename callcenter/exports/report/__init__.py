"""The report of a stage as a Word document, from its state: which sections, in which order and under which titles is a setting."""

from callcenter.exports.report.document import write

__all__ = ["write"]
