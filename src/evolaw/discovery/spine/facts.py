"""What was learned on the way to a finding: one record, so that whoever writes a fact and whoever reads it mean the same.

It is the ``facts`` of the JSON document. Every field may be lacking: which are there depends on the recording and on the evidence
that weighed it. A type checker sees every name that is spelled otherwise.
"""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = ["Facts"]


class Facts(TypedDict, total=False):
    """The facts of a finding, JSON values only."""

    # -- any world --
    cause: str
    """Why the space of laws is in doubt, or "sound"."""
    terms: dict[str, Any]
    """What the finding rests on, as the world's door takes it: it is continued under the same."""
    read_as: list[str]
    """What was guessed of a plain array or table, in sentences."""
    command: str
    """The command that made it."""
    seed: int
    """The seed it was made with."""

    # -- misread cells --
    flip_probability: float
    """Probability that a cell is misread, declared or inferred."""
    flip_probability_error: float
    """Its standard error; 0 where it was declared."""
    flips_inferred: float
    """Share of cells that were misread, by the laws that are likely."""
    cells_read: int
    """How many cells that share is of."""
    cell_entropy: float
    """Mean uncertainty of a cell in nats, after the recording was weighed."""
    frame_pairs: int
    """How many pairs of frames there are."""
    frame_pairs_doubted: int
    """How many of them were too uncertain to count."""
    residuals: dict[str, float]
    """Standard errors by which more cells were misread in a part of the recording than elsewhere."""

    # -- counted, missing and skipped --
    deterministic: float
    """Probability that the law is deterministic."""
    missing_cells: int
    """How many cells were not recorded."""
    missing_cells_recovered: int
    """How many of them follow from the rest."""
    contradiction: str
    """Why no deterministic law of the space fits."""
    possible_laws: int | None
    """How many laws fit; None where they were not counted."""
    laws: list[str]
    """The laws that fit, where they are few."""
    search_finished: bool
    """Whether every law was tried or refuted."""
    branches: int
    """How many branches the search for laws took."""

    # -- laws run and compared --
    laws_rolled_out: int
    """How many laws were run from the first frame."""
    laws_that_fit: int
    """How many of them gave the recording."""
    compared_cells: int
    """How many cells they were compared in."""
    forecast_cells: int
    """How many cells were forecast behind misread ones."""
    replicas: int
    """How many times the likeliest law was run to see what chance does."""
    fit_p_value: float
    """Probability of so poor a forecast by chance."""
    simulator_asked: int
    """How often a learned law was asked for proposals."""
    simulator_refused: str
    """Why it had none."""
    candidate_laws: int
    """How many laws were compared with series of statistics."""
    largest_p: float
    """The p-value of the law that fits the series best."""
    says: str
    """What the series tell, in a sentence."""

    # -- equations --
    names: list[str]
    """The components of the state."""
    recorded: list[str]
    """Those that were recorded."""
    units: list[str]
    """Their units, "" where none was given."""
    time_unit: str
    """The unit of time."""
    step: float
    """The median time between two points."""
    duration: float
    """The time recorded."""
    steps: int
    """How many steps were weighed."""
    measurement_noise: dict[str, float]
    """Standard deviation of the noise on each recorded component."""
    methods: dict[str, str]
    """How each component was weighed."""
    prediction: list[dict[str, Any]]
    """The recording beside the law, run again: curves, each with kind, component, at, recorded, low, middle and high."""
