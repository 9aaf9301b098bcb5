"""What words stand for: data, noisings, samplers, networks and models. Loaded when asked for.

DATA     gaussians, moons, spiral, checkerboard       densities of the plane
         digits                                       scikit-learn's, 8 x 8
         a folder of images, an .npz file             with images (and labels), or an array named data
         an .npy file                                 the array of states
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
    "Parts",
    "network",
    "noising",
    "read_data",
    "read_model",
    "require_classes",
    "require_pairs",
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
_SEEN = {
    "held out": "held out of the training",
    "trained on": "which the model was trained on",
    "other": "not the data of the training",
    "unknown": "",
}


@dataclass(frozen=True, eq=False)
class Material:
    """Data with what is known of them.

    Attributes:
        name: as typed.
        values: shape (items, *shape).
        labels: a class of each, or None.
        levels: levels of a value, or None.
        items: the number each has in DATA; None where these are all of them.
    """

    name: str
    values: np.ndarray
    labels: np.ndarray | None = None
    levels: int | None = None
    items: np.ndarray | None = None

    def split(self, share: float = 0.8) -> tuple[Material, Material]:
        """Return a share of the states and the rest, the same ones every time."""
        import numpy as np

        from evolaw.score.data.pictures import Pictures

        parts = Pictures(np.arange(len(self.values))).split(share, rng=0)
        one, other = (self.chosen(part.values) for part in parts)
        return one, other

    def chosen(self, rows: np.ndarray) -> Material:
        """Return some of the states."""
        import numpy as np

        labels = None if self.labels is None else np.asarray(self.labels)[rows]
        items = rows if self.items is None else self.items[rows]
        return replace(self, values=self.values[rows], labels=labels, items=items)


@dataclass(frozen=True, eq=False)
class Parts:
    """Data as a model sees them.

    Attributes:
        like: states of the kind it was trained on, such as distances are measured beside.
        fresh: states to ask it about: unseen ones where that can be told.
        seen: "held out" where ``like`` were trained on and ``fresh`` were not, "trained on" where all of them were, "other" where the
            training had other data, "unknown" where no training is told of, as of an exact score.
    """

    like: Material
    fresh: Material
    seen: str

    def drawn(self, count: int, seed: int) -> Material:
        """Return so many of the fresh states, drawn where there are more, in the order of DATA where all of it is asked about."""
        import numpy as np

        from evolaw.randomness import source

        whole = len(self.fresh.values)
        if self.seen == "held out" or count >= whole:
            return self.fresh.chosen(np.arange(min(count, whole)))
        rows = source(seed).stream("states to weigh").generator().permutation(whole)[:count]
        return self.fresh.chosen(np.sort(rows))

    def says(self, used: int) -> str:
        """Return what of DATA is used, in words."""
        whole = len(self.fresh.values) + (len(self.like.values) if self.seen == "held out" else 0)
        return ", ".join(filter(None, (f"{used} of {whole}", _SEEN[self.seen])))


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

    def parts(self, text: str) -> Parts:
        """Return data as `read` does, parted as the training parted them: the fifth held out, or all of those it was not made of."""
        from evolaw.score.learned.fit import trained_on

        data = self.read(text)
        known, held = data.split()
        if trained_on(self.about, known.values, known.labels) and len(held.values):
            return Parts(known, held, "held out")
        whole = trained_on(self.about, data.values, data.labels)
        untold = "other" if "training" in self.about else "unknown"
        return Parts(data, data, "trained on" if whole else untold)

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
    if place.suffix == ".npy" and place.is_file():
        from evolaw.automata.files.archives import read_array

        return Material(text, _states(read_array(place), "data"))
    words = [*DENSITIES, "digits"]
    near = checks.nearest(text, words)
    wanted = f"be one of {', '.join(words)}, a folder of images, an .npz or .npy file or a run directory"
    fix = "Save its numbers with np.save('states.npy', states), a row a state." if place.is_file() else ""
    raise checks.refuse("data", wanted, text, f"Did you mean {near}?" if near else fix)


def _states(array: np.ndarray, name: str) -> np.ndarray:
    from evolaw import checks

    fix = "Of single numbers make states by x[:, None]; cut a series into windows: np.lib.stride_tricks.sliding_window_view(x, 32)."
    checks.require(array.ndim >= 2, name, "have shape (items, *shape)", array.shape, fix if array.ndim == 1 else "")
    return array


def require_pairs(*parts: Material) -> None:
    """Refuse data that are too few for a distance between samples of them.

    Raises:
        ArgumentError: one part holds less than two states.
    """
    from evolaw import checks

    fewest = min(len(part.values) for part in parts)
    whole = sum(len(part.values) for part in parts)
    checks.require(
        fewest > 1, "data", "hold states enough to compare with, two at least of each part", f"{whole} in all"
    )


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
    from evolaw.score.data.pictures import Pictures, read_images

    if place.is_file():
        names = names_in(place)
        if "images" not in names and ("data" in names or "samples" in names):
            name = "data" if "data" in names else "samples"
            arrays = read_arrays(place, [name], ["labels"])
            held = Pictures(_states(arrays[name], name), arrays.get("labels"))
            return Material(text, held.values, held.labels)
        wanted, fix = "hold an array 'data' of states, or 'images'", "Save it with np.savez(path, data=...)."
        checks.require(
            "images" in names, "data", wanted, f"{text}, which holds {', '.join(sorted(names)) or 'nothing'}", fix
        )
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
