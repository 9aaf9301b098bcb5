"""Score-based generative modelling: data to noise by a linear SDE, and back by the score ∇ log p_t.

    noising       VE, VP, sub-VP and their relatives: kernels, transitions, priors, conversions, time grids
    exact         distributions whose score is known: what everything below is held against
    samplers      reverse-time processes, samplers as schemes, `sample`
    likelihood    log-likelihoods with an error budget, latent codes
    bridges       Schrödinger bridges, MeanFlow's average velocity
    control       guidance, inpainting, inverse problems
    league        how good samplers are, without chance
    networks      networks of a score, plans first; preconditioning
    losses        what they are trained on
    learned       `fit`, and the learned score
    emulator      a score model of p(x(t+Δ) | x(t)) as a law of motion
    quality       how like the data samples are
    data          densities of the plane, digits, images, configurations

A *score* is any object with ``score(x, t, noising)`` for states x of shape (count, *shape): an exact one, or a network's.
Names load when they are first used. Networks, losses and what is learned need the extra ``learn``.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "noising.linear": ("Noising", "forward"),
    "noising.song": ("VE", "VP", "LinearVE", "SubVP"),
    "noising.schedules": ("EDM", "Cosine", "FromCoefficients", "FromKernel", "Rectified"),
    "noising.conversions": ("convert",),
    "noising.time_grids": ("time_grid",),
    "learned.fit": ("fit", "pace"),
    "learned.model": ("ScoreModel",),
    "data.configurations": ("configurations",),
    "data.pictures": ("Pictures", "digits", "from_levels", "read_images", "to_levels"),
    "data.plane": ("gaussians", "plane"),
    "emulator.judgement": ("chapman_kolmogorov", "energy_distance", "judge"),
    "emulator.law": ("Emulator",),
    "emulator.training": ("emulator", "ensemble_emulator"),
    "quality": ("Likeness", "likeness", "memorisation", "sliced_w2"),
    "losses.denoising": ("Denoising", "denoising", "draw_times", "edm", "weight_of"),
    "losses.discrete": ("betas_of", "ddpm", "geometric_levels", "smld"),
    "losses.implicit": ("SlicedScoreMatching", "implicit", "sliced"),
    "losses.mean_flow": ("mean_flow",),
    "networks.mlp": ("MLP",),
    "networks.unet": ("UNet",),
    "exact.normal": ("Gaussian",),
    "exact.mixture": ("GaussianMixture",),
    "exact.empirical": ("Empirical",),
    "exact.fields": ("PeriodicField", "free_field", "ornstein_uhlenbeck_path"),
    "samplers.adaptive_flow": ("AdaptiveFlow",),
    "samplers.backward": ("probability_flow", "reverse"),
    "samplers.chains": ("DDIM", "Ancestral", "ReverseDiffusion"),
    "samplers.langevin": ("AnnealedLangevin", "Langevin", "PredictorCorrector"),
    "samplers.multistep": ("DPMSolver",),
    "samplers.edm": ("EDMHeun",),
    "samplers.sampler": ("sample",),
    "samplers.score_norms": ("Normed", "normed"),
    "control.guidance": ("ClassifierFree", "ClassifierGuided", "component_classifier"),
    "control.inverse": ("Measured",),
    "control.particles": ("Particles", "twisted"),
    "control.replacement": ("Known", "Replacement", "colour_matrix", "colourise", "inpaint"),
    "bridges.average_velocity": ("average_velocity_of", "generated"),
    "bridges.fitting": ("FittedBridge", "fit_bridge"),
    "bridges.normal": ("GaussianBridge",),
    "bridges.regression": ("Features", "affine_features", "fourier_features"),
    "bridges.sinkhorn": ("EntropicPlan", "sinkhorn"),
    "league.affine": ("gaussian_output",),
    "league.table": ("run_league",),
    "likelihood.bits": ("bits_per_dim", "dequantised"),
    "likelihood.bound": ("LikelihoodBound", "likelihood_bound"),
    "likelihood.density": ("LogLikelihood", "log_likelihood"),
    "likelihood.flow": ("decode", "encode", "flow", "interpolate"),
}
_FILES = {name: file for file, names in _NAMES.items() for name in names}

__all__ = sorted(_FILES)


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module 'evolaw.score' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.score.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
