"""What words stand for: data, noisings, samplers, networks and models. Loaded when asked for.

DATA     gaussians, moons, spiral, checkerboard       densities of the plane
         digits                                       scikit-learn's, 8 x 8
         a folder of images, an .npz file             with images (and labels), or an array named data
         a run directory                              the states of its trajectory
MODEL    a run directory of `evolaw score train`, or gaussians: the exact mixture
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "LOSSES",
    "NETS",
    "NOISINGS",
    "ONE_STEP",
    "SAMPLERS",
    "Material",
    "Model",
    "network",
    "noising",
    "read_data",
    "read_model",
    "require_classes",
    "sampler",
    "scaled",
]

NOISINGS = {"vp": "VP", "ve": "VE", "sub-vp": "SubVP", "linear-ve": "LinearVE", "edm": "EDM", "cosine": "Cosine",
            "rectified": "Rectified"}  # fmt: skip
"""The noisings by name, with the class of `evolaw.score` each stands for."""

SAMPLERS = {
    "dpm-solver": "DPMSolver",
    "ddim": "DDIM",
    "heun": "EDMHeun",
    "reverse-diffusion": "ReverseDiffusion",
    "ancestral": "Ancestral",
    "predictor-corrector": "PredictorCorrector",
}
"""The samplers by name, likewise."""

LOSSES = {"denoising": "denoising", "sliced": "sliced", "mean-flow": "mean_flow"}
"""The losses by name, with the word of `evolaw.score.fit`."""

ONE_STEP = "mean-flow"
"""The sampler of a model trained with the loss of this name: its own steps, one unless told otherwise."""

NETS = ("auto", "mlp", "unet", "unet-periodic")
_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class Material:
    """Data with what is known of them.

    Attributes:
        name: as typed.
        values: shape (items, *shape).
        labels: a class of each, or None.
        levels: levels of a value, or None.
    """

    name: str
    values: np.ndarray
    labels: np.ndarray | None = None
    levels: int | None = None

    def split(self) -> tuple[Material, Material]:
        """Return four fifths and the rest, the same ones every time."""
        from evolaw.score.data.pictures import Pictures

        parts = Pictures(self.values, self.labels, self.levels).split(0.8, rng=0)
        one, other = (Material(self.name, part.values, part.labels, part.levels) for part in parts)
        return one, other


@dataclass(frozen=True, eq=False)
class Model:
    """A score with its noising.

    Attributes:
        target: the score.
        noising: its noising.
        about: header of the run; empty for an exact one.
    """

    target: Any
    noising: Any
    about: dict[str, Any]

    @property
    def ends(self) -> tuple[float, float] | None:
        """The values of black and white of pictures that were learned by their levels; None of other data."""
        return None if self.about.get("training", {}).get("levels") is None else (-1.0, 1.0)

    def read(self, text: str) -> Material:
        """Return data read as those of the training were: scaled, or without colours; grey ones have equal channels to a model of colours.

        Raises:
            ArgumentError: they are of another shape than this model knows. ParseError: a file cannot be read.
        """
        import numpy as np

        data = read_data(text, **(self.about.get("reading", {}) if _is_folder(Path(text)) else {}))
        shape = tuple(self.target.shape)
        if shape == (3, *data.values.shape[1:]):
            data = replace(data, values=np.repeat(data.values[:, None], 3, 1))
        return self.require_fit(data)

    def require_fit(self, data: Material) -> Material:
        """Return data of the shape this model knows; refuse others.

        Raises:
            ArgumentError: they are of another shape.
        """
        from evolaw import checks

        shape, given = tuple(self.target.shape), data.values.shape[1:]
        checks.require(
            given == shape, "data", f"hold states of shape {shape}, as this model knows", f"of shape {given}"
        )
        return data


def read_data(text: str, *, side: int | None = None, grey: bool = False) -> Material:
    """Return the data a word or a path stands for.

    Raises:
        ArgumentError: it stands for nothing; the nearest word is suggested. ParseError: a file cannot be read.
    """
    from evolaw import checks
    from evolaw.textfiles import require_path

    place = require_path(text)
    found = _read(text, place, side, grey)
    for name, option in {"side": side, "grey": grey or None}.items():
        fits = option is None or _is_folder(place)
        checks.require(fits, name, "be left out where data are no folder of images", option)
    return found


def _is_folder(place: Path) -> bool:
    """Whether data there are images: a run is a folder too."""
    return place.is_dir() and not (place / "manifest.json").is_file()


def _read(text: str, place: Path, side: int | None, grey: bool) -> Material:
    from evolaw import checks
    from evolaw.score.data.plane import DENSITIES, plane

    if text in DENSITIES:
        return Material(text, plane(text, _POINTS, rng=0))
    if text == "digits":
        from evolaw.score.data.pictures import digits

        found = digits()
        return Material(text, found.values, found.labels, found.levels)
    if (place / "manifest.json").is_file():
        from evolaw.score.data.configurations import configurations
        from evolaw.trajectory import Trajectory

        return Material(text, configurations(Trajectory.load(place)))
    if place.is_dir() or place.suffix == ".npz":
        return _from_files(text, place, side, grey)
    words = [*DENSITIES, "digits"]
    near = checks.nearest(text, words)
    wanted = f"be one of {', '.join(words)}, a folder of images, an .npz file or a run directory"
    raise checks.refuse("data", wanted, text, f"Did you mean {near}?" if near else "")


def require_classes(labels: np.ndarray | None) -> None:
    """Refuse labels that are no classes: what is drawn from the command line is told a class or nothing.

    Raises:
        ArgumentError: labels that are not one whole number for each state, from 0 on.

    Example:
        >>> import numpy as np
        >>> require_classes(np.array([0, 2, 1]))
    """
    import numpy as np

    from evolaw import checks

    if labels is None:
        return
    whole = labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer) and int(labels.min(initial=0)) >= 0
    fix = "Pass --no-classes to leave them out, or train with evolaw.score.fit."
    checks.require(
        whole,
        "labels",
        "be classes, one whole number from 0 for each state",
        f"{labels.dtype} of shape {labels.shape}",
        fix,
    )


def _from_files(text: str, place: Path, side: int | None, grey: bool) -> Material:
    from evolaw import checks
    from evolaw.automata.files.archives import names_in, read_arrays
    from evolaw.score.data.pictures import read_images

    if place.is_file():
        names = names_in(place)
        if "images" not in names and ("data" in names or "samples" in names):
            name = "data" if "data" in names else "samples"
            arrays = read_arrays(place, [name], ["labels"])
            states = arrays[name].ndim >= 2
            checks.require(states, name, "have shape (items, *shape)", arrays[name].shape)
            return Material(text, arrays[name], arrays.get("labels"))
        wanted, fix = "hold an array 'data' of states, or 'images'", "Save it with np.savez(path, data=...)."
        checks.require("images" in names, "data", wanted, f"{text}, which holds {', '.join(names) or 'nothing'}", fix)
    found = read_images(place, side=side, grey=grey)
    return Material(text, found.values, found.labels, found.levels)


def read_model(text: str) -> Model:
    """Return the score a run directory holds, or the exact one of the density of eight Gaussians.

    Raises:
        StorageError, ArgumentError: there is no finished model there.
    """
    if text == "gaussians" and not Path(text).exists():
        from evolaw.score.data.plane import gaussians
        from evolaw.score.noising.song import VP

        return Model(gaussians(), VP(), {})
    from evolaw.score.learned.model import ScoreModel
    from evolaw.score.learned.one_step import AverageVelocity
    from evolaw.storage import Run

    about = Run.open(text).about
    kind = AverageVelocity if about.get("kind") == AverageVelocity.kind else ScoreModel
    model = kind.load(text)
    return Model(model, model.noising, about)


def noising(name: str) -> Any:
    """Return the noising of this name, with its usual numbers."""
    from evolaw import checks, score

    return getattr(score, NOISINGS[checks.one_of(name.lower(), "noising", NOISINGS)])()


def scaled(chosen: Any, data: Material) -> Any:
    """Return the noising in the unit of the data, where their size is not that of its usual numbers."""
    import numpy as np

    from evolaw.score.noising.scaled import fitted

    # What cannot be trained on is named by the training.
    good = np.issubdtype(data.values.dtype, np.floating) or np.issubdtype(data.values.dtype, np.integer)
    return fitted(chosen, data.values) if good and np.isfinite(data.values).all() and len(data.values) else chosen


def sampler(name: str) -> Any:
    """Return the sampler of this name, as it is without options."""
    from evolaw import checks, score

    return getattr(score, SAMPLERS[checks.one_of(name.lower(), "sampler", SAMPLERS)])()


def network(name: str, shape: Sequence[int], width: int | None) -> Any:
    """Return the plan of this name; "auto" takes a U-Net for fields and images, the plain network for vectors."""
    from evolaw import checks
    from evolaw.score.networks.mlp import MLP
    from evolaw.score.networks.unet import UNet

    checks.one_of(name, "net", NETS)
    if name == "mlp" or (name == "auto" and len(shape) == 1):
        return MLP() if width is None else MLP(width=width)
    first = 32 if width is None else width
    # As many resolutions as the sides can be halved to, three at most.
    halvings = min(2, *(_halvings(side) for side in shape[-2:]))
    widths = tuple(first * 2**k for k in range(halvings + 1))
    return UNet(widths, padding="circular" if name == "unet-periodic" else "zeros")


def _halvings(side: int) -> int:
    count = 0
    while side % 2 == 0 and side > 4:
        side, count = side // 2, count + 1
    return count
