"""What is said of simulated paths: as text, as one JSON document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw import __version__
from evolaw.cli.simulate.process_settings import PathSettings
from evolaw.sde import catalogue

if TYPE_CHECKING:
    import numpy as np

    from evolaw.errors import NumericalError
    from evolaw.sde.processes.process import SDE
    from evolaw.sde.statistics.moments import Statistics
    from evolaw.trajectory import Trajectory

__all__ = ["Summary", "asked"]


def asked() -> Any:
    """The statistics that are told."""
    from evolaw.sde.statistics.moments import Moments

    return Moments(covariance=False)


@dataclass(frozen=True)
class Summary:
    """What is said of simulated paths: measured once, and compared once with the exact law.

    Attributes:
        settings: what was simulated.
        result: the paths, or the statistics alone where none was stored.
        fault: what is to be said of lost paths.
    """

    settings: PathSettings
    result: Trajectory | Statistics
    fault: NumericalError | None = None

    @cached_property
    def statistics(self) -> Statistics:
        """The moments at the saved times, and how many paths were lost."""
        from evolaw.sde.statistics.stored_paths import measure
        from evolaw.trajectory import Trajectory

        return measure(self.result, asked()) if isinstance(self.result, Trajectory) else self.result

    @cached_property
    def exact(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Exact mean and variance at the saved times, None where no formula is known."""
        import numpy as np

        from evolaw.sde.processes.exact_marginals import exact_moments

        settings = self.settings
        return exact_moments(settings.process, np.array(settings.times), np.array(settings.start))

    @cached_property
    def gap(self) -> float | None:
        """How far the mean lies from the exact one, in standard errors, at the saved time where that is most."""
        from evolaw.sde.statistics.stored_paths import standard_errors_apart

        moments = self.statistics.moments
        return standard_errors_apart(moments.mean, moments.mean_error, self.exact[0])

    @property
    def has_numbers(self) -> bool:
        """Whether a path is left."""
        return self.statistics.lost < self.statistics.paths

    @property
    def warning(self) -> str:
        """What must be read before the numbers when paths were lost."""
        lost, paths = self.statistics.lost, self.statistics.paths
        return (
            f"warning: {lost} of {paths} paths did not stay finite; the numbers are those of the other "
            f"{paths - lost}, which is not the answer to the equation."
        )

    @property
    def title(self) -> str:
        """What stands over the figure."""
        left = self.statistics.paths - self.statistics.lost
        return f"{self.settings.process}: {left} paths, {self.settings.scheme}"

    def facts(self) -> dict[str, Any]:
        """The JSON document."""
        moments, known = self.statistics.moments, self.has_numbers
        return {
            "schema": 1,
            "version": __version__,
            **({"warning": self.warning} if self.statistics.lost else {}),
            **asdict(self.settings),
            "lost": self.statistics.lost,
            "mean": _listed(moments.mean) if known else None,
            "mean_error": _listed(moments.mean_error) if known else None,
            "variance": _listed(moments.variance) if known else None,
            "variance_error": _listed(moments.covariance_error) if known else None,
            "exact": dict(zip(("mean", "variance"), map(_listed, self.exact), strict=True)),
            "gap": self.gap if known else None,
        }

    def text(self, places: Mapping[str, Path | None]) -> str:
        """The lines for a person."""
        from evolaw import display

        return display.lines(str(self.settings.process), [*self.known(), *places.items()])

    def known(self) -> list[tuple[str, Any]]:
        """What is said of the paths, as (label, words); None where there is nothing to say."""
        settings, statistics = self.settings, self.statistics
        classic = catalogue.classic(settings.law)
        stepping = "no error of stepping" if settings.scheme == "exact-step" else f"dt at most {settings.dt:g}"
        facts: list[tuple[str, Any]] = [
            ("equation", classic and classic.equation),
            ("parameters", _parameters(settings.process)),
            ("start", ", ".join(f"{value:g}" for value in settings.start)),
            ("scheme", f"{settings.scheme}, {stepping}"),
            ("paths", f"{statistics.paths}" + (f", {statistics.lost} lost" if statistics.lost else "")),
            ("times", f"0 … {settings.times[-1]:g}, {len(settings.times)} saved"),
        ]
        return facts + (self._numbers() if self.has_numbers else [])

    def _numbers(self) -> list[tuple[str, Any]]:
        """Mean and variance at the end, each beside what is exact."""
        from evolaw import display

        moments, (mean, variance) = self.statistics.moments, self.exact
        of = " of the paths that are left" if self.statistics.lost else ""
        rows = [("mean", moments.mean, moments.mean_error, mean)]
        rows += [("variance", moments.variance, moments.covariance_error, variance)]
        facts: list[tuple[str, Any]] = []
        for name, found, error, exact in rows:
            for k, component in enumerate(self.settings.names):
                truth = "" if exact is None or not math.isfinite(exact[-1, k]) else f"   exact {exact[-1, k]:.6g}"
                said = f"{display.uncertain(found[-1, k], error[-1, k])}{truth}"
                facts.append((f"{name} of {component} at the end{of}", said))
        apart = self.gap and f"at most {self.gap:.2f} standard errors apart at all saved times"
        return [*facts, ("mean against exact", apart)]


def _parameters(process: SDE) -> str | None:
    """What an equation was filled in with; the weights of networks are not for reading."""
    values = process.params or {}
    return ", ".join(_flat(values)) or None if isinstance(values, Mapping) else None


def _flat(params: Mapping[str, Any]) -> Iterator[str]:
    """The parameters one by one, those of a force among them."""
    for name, value in params.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        elif value is not None:
            yield f"{name} {value:g}"


def _listed(values: np.ndarray | None) -> list[Any] | None:
    """Nested lists for JSON, which has no infinity: moments of paths that grew beyond all numbers are null."""
    import numpy as np

    if values is None:
        return None
    listed = values.astype(object)
    listed[~np.isfinite(values)] = None
    return list(listed.tolist())
