"""The questionnaire on paper, for approval by the commissioning office.

In: a definition. Out: everything that is read aloud, what can be answered and when it is asked, as plain values and as a Word document.
"""

from callcenter.questionnaire.printed.form import PrintedForm, PrintedQuestion, printed

__all__ = ["PrintedForm", "PrintedQuestion", "printed"]
