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
    learned       `fit`, and the learned score; the average velocity, which generates in one step
    emulation     a score model of p(x(t+Δ) | x(t)) as a law of motion
    quality       how like the data samples are
    data          densities of the plane, digits, images, configurations

A *score* is any object with ``score(x, t, noising)`` for states x of shape (count, *shape): an exact one, or a network's.
Names load when they are first used. Networks, losses and what is learned need the extra ``learn``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.score.bridges.average_velocity import average_velocity_of as average_velocity_of
    from evolaw.score.bridges.average_velocity import generated as generated
    from evolaw.score.bridges.features import Features as Features
    from evolaw.score.bridges.features import affine_features as affine_features
    from evolaw.score.bridges.features import fourier_features as fourier_features
    from evolaw.score.bridges.fitting import FittedBridge as FittedBridge
    from evolaw.score.bridges.fitting import fit_bridge as fit_bridge
    from evolaw.score.bridges.normal import GaussianBridge as GaussianBridge
    from evolaw.score.bridges.sinkhorn import EntropicPlan as EntropicPlan
    from evolaw.score.bridges.sinkhorn import sinkhorn as sinkhorn
    from evolaw.score.control.guidance import ClassifierFree as ClassifierFree
    from evolaw.score.control.guidance import ClassifierGuided as ClassifierGuided
    from evolaw.score.control.guidance import component_classifier as component_classifier
    from evolaw.score.control.inverse import Measured as Measured
    from evolaw.score.control.particles import Particles as Particles
    from evolaw.score.control.particles import twisted as twisted
    from evolaw.score.control.replacement import Known as Known
    from evolaw.score.control.replacement import Replacement as Replacement
    from evolaw.score.control.replacement import colour_matrix as colour_matrix
    from evolaw.score.control.replacement import colourise as colourise
    from evolaw.score.control.replacement import inpaint as inpaint
    from evolaw.score.data.configurations import configurations as configurations
    from evolaw.score.data.pictures import Pictures as Pictures
    from evolaw.score.data.pictures import digits as digits
    from evolaw.score.data.pictures import from_levels as from_levels
    from evolaw.score.data.pictures import read_images as read_images
    from evolaw.score.data.pictures import to_levels as to_levels
    from evolaw.score.data.plane import gaussians as gaussians
    from evolaw.score.data.plane import plane as plane
    from evolaw.score.emulation.judgement import chapman_kolmogorov as chapman_kolmogorov
    from evolaw.score.emulation.judgement import energy_distance as energy_distance
    from evolaw.score.emulation.judgement import judge as judge
    from evolaw.score.emulation.law import Emulator as Emulator
    from evolaw.score.emulation.training import emulator as emulator
    from evolaw.score.emulation.training import ensemble_emulator as ensemble_emulator
    from evolaw.score.exact.empirical import Empirical as Empirical
    from evolaw.score.exact.fields import PeriodicField as PeriodicField
    from evolaw.score.exact.fields import free_field as free_field
    from evolaw.score.exact.fields import ornstein_uhlenbeck_path as ornstein_uhlenbeck_path
    from evolaw.score.exact.mixture import GaussianMixture as GaussianMixture
    from evolaw.score.exact.normal import Gaussian as Gaussian
    from evolaw.score.league.affine import gaussian_output as gaussian_output
    from evolaw.score.league.table import run_league as run_league
    from evolaw.score.learned.fit import fit as fit
    from evolaw.score.learned.fit import pace as pace
    from evolaw.score.learned.model import ScoreModel as ScoreModel
    from evolaw.score.learned.one_step import AverageVelocity as AverageVelocity
    from evolaw.score.likelihood.bits import bits_per_dim as bits_per_dim
    from evolaw.score.likelihood.bits import dequantised as dequantised
    from evolaw.score.likelihood.bound import LikelihoodBound as LikelihoodBound
    from evolaw.score.likelihood.bound import likelihood_bound as likelihood_bound
    from evolaw.score.likelihood.density import LogLikelihood as LogLikelihood
    from evolaw.score.likelihood.density import log_likelihood as log_likelihood
    from evolaw.score.likelihood.flow import decode as decode
    from evolaw.score.likelihood.flow import encode as encode
    from evolaw.score.likelihood.flow import flow as flow
    from evolaw.score.likelihood.flow import interpolate as interpolate
    from evolaw.score.losses.denoising import Denoising as Denoising
    from evolaw.score.losses.denoising import denoising as denoising
    from evolaw.score.losses.denoising import draw_times as draw_times
    from evolaw.score.losses.denoising import edm as edm
    from evolaw.score.losses.denoising import weight_of as weight_of
    from evolaw.score.losses.discrete import betas_of as betas_of
    from evolaw.score.losses.discrete import ddpm as ddpm
    from evolaw.score.losses.discrete import geometric_levels as geometric_levels
    from evolaw.score.losses.discrete import smld as smld
    from evolaw.score.losses.implicit import SlicedScoreMatching as SlicedScoreMatching
    from evolaw.score.losses.implicit import implicit as implicit
    from evolaw.score.losses.implicit import sliced as sliced
    from evolaw.score.losses.mean_flow import mean_flow as mean_flow
    from evolaw.score.networks.mlp import MLP as MLP
    from evolaw.score.networks.unet import UNet as UNet
    from evolaw.score.noising.conversions import convert as convert
    from evolaw.score.noising.linear import Noising as Noising
    from evolaw.score.noising.linear import forward as forward
    from evolaw.score.noising.scaled import Scaled as Scaled
    from evolaw.score.noising.schedules import EDM as EDM
    from evolaw.score.noising.schedules import Cosine as Cosine
    from evolaw.score.noising.schedules import FromCoefficients as FromCoefficients
    from evolaw.score.noising.schedules import FromKernel as FromKernel
    from evolaw.score.noising.schedules import Rectified as Rectified
    from evolaw.score.noising.song import VE as VE
    from evolaw.score.noising.song import VP as VP
    from evolaw.score.noising.song import LinearVE as LinearVE
    from evolaw.score.noising.song import SubVP as SubVP
    from evolaw.score.noising.time_grids import time_grid as time_grid
    from evolaw.score.quality import Likeness as Likeness
    from evolaw.score.quality import likeness as likeness
    from evolaw.score.quality import memorisation as memorisation
    from evolaw.score.quality import sliced_w2 as sliced_w2
    from evolaw.score.samplers.adaptive_flow import AdaptiveFlow as AdaptiveFlow
    from evolaw.score.samplers.backward import probability_flow as probability_flow
    from evolaw.score.samplers.backward import reverse as reverse
    from evolaw.score.samplers.chains import DDIM as DDIM
    from evolaw.score.samplers.chains import Ancestral as Ancestral
    from evolaw.score.samplers.chains import ReverseDiffusion as ReverseDiffusion
    from evolaw.score.samplers.edm import EDMHeun as EDMHeun
    from evolaw.score.samplers.langevin import AnnealedLangevin as AnnealedLangevin
    from evolaw.score.samplers.langevin import Langevin as Langevin
    from evolaw.score.samplers.langevin import PredictorCorrector as PredictorCorrector
    from evolaw.score.samplers.multistep import DPMSolver as DPMSolver
    from evolaw.score.samplers.sampler import sample as sample
    from evolaw.score.samplers.score_norms import Normed as Normed
    from evolaw.score.samplers.score_norms import normed as normed

_NAMES = {
    "noising.linear": ("Noising", "forward"),
    "noising.song": ("VE", "VP", "LinearVE", "SubVP"),
    "noising.scaled": ("Scaled",),
    "noising.schedules": ("EDM", "Cosine", "FromCoefficients", "FromKernel", "Rectified"),
    "noising.conversions": ("convert",),
    "noising.time_grids": ("time_grid",),
    "learned.fit": ("fit", "pace"),
    "learned.model": ("ScoreModel",),
    "learned.one_step": ("AverageVelocity",),
    "data.configurations": ("configurations",),
    "data.pictures": ("Pictures", "digits", "from_levels", "read_images", "to_levels"),
    "data.plane": ("gaussians", "plane"),
    "emulation.judgement": ("chapman_kolmogorov", "energy_distance", "judge"),
    "emulation.law": ("Emulator",),
    "emulation.training": ("emulator", "ensemble_emulator"),
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
    "bridges.features": ("Features", "affine_features", "fourier_features"),
    "bridges.sinkhorn": ("EntropicPlan", "sinkhorn"),
    "league.affine": ("gaussian_output",),
    "league.table": ("run_league",),
    "likelihood.bits": ("bits_per_dim", "dequantised"),
    "likelihood.bound": ("LikelihoodBound", "likelihood_bound"),
    "likelihood.density": ("LogLikelihood", "log_likelihood"),
    "likelihood.flow": ("decode", "encode", "flow", "interpolate"),
}

__all__, _load, __dir__ = facade("evolaw.score", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
