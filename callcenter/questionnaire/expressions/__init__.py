"""XLSForm's expressions. In: text such as `${days} > 3 and selected(${papers}, 'a')`. Out: a compiled `Expression`."""

from callcenter.questionnaire.expressions.compiled import Expression, Scope, compile_expression
from callcenter.questionnaire.expressions.grammar import ExpressionProblem, UnsupportedFeature
from callcenter.questionnaire.expressions.meaning import Value, boolean, string

__all__ = ["Expression", "ExpressionProblem", "Scope", "UnsupportedFeature", "Value", "boolean", "compile_expression", "string"]
