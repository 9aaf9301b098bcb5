"""The league of samplers with an exact score: how far from the data what they draw is, in nats, without sampling error.

Data N((1, -0.5), diag(1, 0.01)), one thick and one thin direction; KL(output ‖ data) by `evolaw.score.league.affine`. A row with n calls
takes (n - 1)/calls-a-step steps and ends with one call more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from evolaw import checks
from evolaw.score.exact.normal import Gaussian
from evolaw.score.league.affine import gaussian_output
from evolaw.score.noising.linear import Noising
from evolaw.score.noising.schedules import EDM
from evolaw.score.noising.song import VE, VP, SubVP
from evolaw.score.samplers.chains import DDIM, Ancestral, ReverseDiffusion
from evolaw.score.samplers.edm import EDMHeun
from evolaw.score.samplers.langevin import Langevin, PredictorCorrector
from evolaw.score.samplers.multistep import DPMSolver
from evolaw.sde.schemes.runge_kutta import Heun
from evolaw.sde.schemes.scheme import EulerMaruyama
from evolaw.sde.schemes.strong_runge_kutta import SRA1
from evolaw.told import told

__all__ = ["CALLS", "DATA", "Standing", "entrants", "run_league"]

CALLS = (10, 20, 50, 100, 1000)
"""Numbers of calls of the score that the league is run with."""
DATA = Gaussian([1.0, -0.5], [1.0, 0.01])
_OTHERS = {"SRA1": 2, "Heun": 2}
"""Calls a step of the schemes of `evolaw.sde`; the others take one."""


class Standing(NamedTuple):
    """One sampler with one noising.

    Attributes:
        noising: name of the noising.
        sampler: name of the sampler.
        spacing: where its steps fall.
        divergences: KL in nats for each number of calls; NaN where there are too few for a step.
        mean_error: largest error of a mean, in standard deviations, at the largest number of calls.
        variance_error: largest relative error of a variance there.
    """

    noising: str
    sampler: str
    spacing: str
    divergences: tuple[float, ...]
    mean_error: float
    variance_error: float


def entrants() -> Iterator[tuple[Noising, Any, str]]:
    """Yield what takes part: every noising with every sampler; steps even in log-SNR but for Euler–Maruyama's and EDM's own."""
    samplers = (
        EulerMaruyama(),
        SRA1(),
        ReverseDiffusion(),
        Ancestral(),
        Ancestral("forward"),
        DDIM(),
        DPMSolver(),
        DPMSolver(1.0),
        EDMHeun(),
        Heun(),
        PredictorCorrector(corrector=Langevin("snr")),
        PredictorCorrector(),
    )
    for noising in (VP(), SubVP(), VE(), EDM()):
        for sampler in samplers:
            spacing = getattr(sampler, "spacing", "uniform")
            is_uniform = isinstance(sampler, EulerMaruyama) and noising != EDM()
            yield noising, sampler, "uniform" if is_uniform else "karras" if spacing == "karras" else "log_snr"


@told
def run_league(
    calls: Sequence[int] = CALLS,
    *,
    data: Gaussian = DATA,
    only: Callable[[Noising, Any], bool] | None = None,
    last: str = "tweedie",
    prior: Any = "corrected",
    spacing: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Standing]:
    """Run the league and return its rows.

    Args:
        calls: numbers of calls of the score.
        data: the Gaussian to draw.
        only: which noising and sampler take part; None for all.
        last, prior: as of `evolaw.score.sample`.
        spacing: one for all samplers, such as "spectral"; None for that of `entrants`.
        progress: called with (rows done, rows in all).

    Example:
        >>> rows = run_league((20,), only=lambda noising, sampler: (noising, sampler) == (VP(), DPMSolver()))  # some seconds
        >>> rows[0].sampler, rows[0].divergences[0] < 2.7e-4
        ('DPM-Solver++(2M)', True)
    """
    checks.require(
        isinstance(calls, Sequence) and not isinstance(calls, str), "calls", "be several whole numbers", calls
    )
    calls = tuple(checks.integer(number, "calls", least=1) for number in calls)
    chosen = [entry for entry in entrants() if only is None or only(*entry[:2])]
    rows = []
    for place, (noising, sampler, usual) in enumerate(chosen):
        grid = usual if spacing is None else spacing
        price = getattr(sampler, "calls", _OTHERS.get(sampler.name, 1))
        found = [
            gaussian_output(data, noising, sampler, (number - 1) // price, spacing=grid, last=last, prior=prior)
            if number > price
            else None
            for number in calls
        ]
        end = found[-1]
        spread = data.covariance.diagonal()
        wrong = (
            (float("nan"),) * 2
            if end is None
            else (
                float((abs(end.mean - data.mean.reshape(-1)) / spread**0.5).max()),
                float(abs(end.covariance.diagonal() / spread - 1).max()),
            )
        )
        kls = tuple(float("nan") if one is None else one.kl(data) for one in found)
        rows.append(Standing(type(noising).__name__, sampler.name, grid, kls, *wrong))
        if progress is not None:
            progress(place + 1, len(chosen))
    return rows
