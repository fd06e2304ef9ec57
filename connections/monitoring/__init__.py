"""Watches the traffic from outside the workers: rules, the alerts they open, and who is told."""
