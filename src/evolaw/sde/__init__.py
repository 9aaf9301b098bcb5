"""Stochastic differential equations: processes, schemes, and the one loop that runs them."""

from __future__ import annotations

from evolaw.sde.processes import SDE
from evolaw.sde.schemes import EulerMaruyama, Noise, Scheme

__all__ = ["SDE", "EulerMaruyama", "Noise", "Scheme"]
