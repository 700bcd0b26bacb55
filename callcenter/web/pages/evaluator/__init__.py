"""Pages of the evaluator."""
