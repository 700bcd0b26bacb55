"""Simulated respondents and operators, and a field period that they play through the real parts."""
