"""A local bol.com over real HTTP, for the demo, for tests and for anyone without credentials."""

from __future__ import annotations

from connections.bol.sandbox.assumptions import Assumptions
from connections.bol.sandbox.sandbox import Sandbox
from connections.bol.sandbox.server import Running, run, serve

__all__ = ["Assumptions", "Running", "Sandbox", "run", "serve"]
