"""Notifications: who wants to be told of what, signed and posted, tried again, and given up."""
