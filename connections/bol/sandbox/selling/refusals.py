"""How bol refuses what it accepted before."""

from __future__ import annotations


class Refused(Exception):
    """An asynchronous command cannot be carried out; the text is what the process status will say."""
