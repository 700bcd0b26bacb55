"""XLSForm's expressions. In: text such as `${days} > 3 and selected(${papers}, 'a')`. Out: a compiled `Expression`."""

from callcenter.questionnaire.expressions.compiled import Expression, compile_expression, constant
from callcenter.questionnaire.expressions.meaning import Value, boolean, string
from callcenter.questionnaire.expressions.scope import Run, Scope
from callcenter.questionnaire.expressions.slips import ExpressionProblem, UnsupportedFeature

__all__ = [
    "Expression",
    "ExpressionProblem",
    "Run",
    "Scope",
    "UnsupportedFeature",
    "Value",
    "boolean",
    "compile_expression",
    "constant",
    "string",
]
