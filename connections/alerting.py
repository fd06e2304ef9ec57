"""The alert rules of the ground floor; the other apps have theirs in a module of this name."""

from connections.monitoring import connection_rules, machinery_rules, notification_rules, traffic_rules

__all__ = ["connection_rules", "machinery_rules", "notification_rules", "traffic_rules"]
