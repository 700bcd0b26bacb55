"""The pages and the webhooks."""
