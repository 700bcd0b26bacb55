"""What is asked. In: XLSForm rows. Out: a proven definition and its routing. Answers: which question comes next, and why?"""
