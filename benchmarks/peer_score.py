"""Peers of `bench_score`, run by the interpreter that has them: GIVEN.npz REPEATS WORKS.

GIVEN.npz holds the mixture (means, variance, weights), the weights of a 3 x 128 network, and the number of samples and steps. Prints a line
of versions, then for every work its peer, seconds by the clock and of the processor (median; the best of one and two threads), mean and variance of what it drew.

    em       Euler–Maruyama of the reverse VP SDE, score_sde's loop rebuilt: as it stands, and compiled by torch.compile
    em       azula's DDPMSampler and diffusers' DDPMScheduler, as many steps
    dpm      20 steps of DPM-Solver++(2M): diffusers' DPMSolverMultistepScheduler; k-diffusion's loop rebuilt; azula's xEABSampler
    mlp      score_sde's loop with the network for a score
    nll      score_sde's likelihood: RK45 of SciPy on the host, one Hutchinson probe, tolerances 1e-5
"""

import statistics
import sys
import time

import numpy as np
import torch
from scipy.integrate import solve_ivp

given = np.load(sys.argv[1])
repeats = int(sys.argv[2])
means, logw = torch.tensor(given["means"]), torch.log(torch.tensor(given["weights"]))
variance = float(given["variance"])
count, steps = int(given["count"]), int(given["steps"])
layers = [torch.tensor(given[f"layer {k}"]) for k in range(4)]
B0, B1, EPS = 0.1, 20.0, 1e-3


def kernel(t):
    """a and s of VP at a time."""
    grown = B0 * t + (B1 - B0) * t * t / 2
    return torch.exp(-grown / 2), torch.sqrt(-torch.expm1(-grown))


def score(x, t):
    """The mixture's score at states (count, 2) and times (count,)."""
    a, s = kernel(t)
    a, spread = a[:, None, None], (a**2 * variance + s**2)[:, None]
    apart = x[:, None, :] - a * means
    shares = torch.softmax(logw - (apart**2).sum(-1) / (2 * spread), dim=1)
    return -(shares[..., None] * apart).sum(1) / spread


def network(x, t):
    """The network on (x, t), for a score."""
    h = torch.cat([x, t[:, None]], 1)
    for weight in layers[:-1]:
        h = torch.nn.functional.silu(h @ weight)
    return h @ layers[-1]


def score_sde_loop(model, update):
    """Predictor-only sampling as pc_sampler does it, with the consistent grid."""
    x = torch.randn(count, 2)
    times = torch.linspace(1.0, EPS, steps + 1)
    h = float((1 - EPS) / steps)
    for t in times[:-1]:
        x = update(model, x, torch.full((count,), float(t)), h)
    return x


def update(model, x, t, h):
    beta = (B0 + (B1 - B0) * t)[:, None]
    drift = -0.5 * beta * x - beta * model(x, t)
    return x - drift * h + torch.sqrt(beta * h) * torch.randn_like(x)


def rebuilt():
    with torch.no_grad():
        return score_sde_loop(score, update)


def compiled():
    with torch.no_grad():
        return score_sde_loop(score, COMPILED)


def mlp():
    with torch.no_grad():
        return score_sde_loop(network, update)


COMPILED = torch.compile(update)


def azula(kind, number):
    from azula.denoise import Denoiser, DiracPosterior
    from azula.noise import Schedule
    from azula.sample import DDPMSampler, xEABSampler

    class VP(Schedule):
        def __call__(self, t):
            return kernel(EPS + (1 - EPS) * t)

    class Exact(Denoiser):
        def __init__(self):
            super().__init__()
            self.schedule = VP()

        def forward(self, x_t, t, **kwargs):
            a, s = self.schedule(t)
            value = score(x_t, (EPS + (1 - EPS) * t).expand(len(x_t)))
            return DiracPosterior(mean=(x_t + s**2 * value) / a)

    sampler = {"ddpm": DDPMSampler, "xeab": xEABSampler}[kind](Exact(), steps=number, silent=True)

    def run():
        with torch.no_grad():
            return sampler(torch.randn(count, 2))

    return run


def diffusers(kind, number):
    from diffusers import DDPMScheduler, DPMSolverMultistepScheduler

    options = {"num_train_timesteps": 1000, "beta_start": 1e-4, "beta_end": 0.02, "prediction_type": "epsilon"}
    if kind == "ddpm":
        scheduler = DDPMScheduler(**options, clip_sample=False, timestep_spacing="leading")
    else:
        scheduler = DPMSolverMultistepScheduler(**options, algorithm_type="dpmsolver++", solver_order=2)
    scheduler.set_timesteps(number)
    table = scheduler.alphas_cumprod

    def run():
        with torch.no_grad():
            x = torch.randn(count, 2)
            scheduler.set_timesteps(number)
            for step in scheduler.timesteps:
                cumulative = table[step]
                a, s = cumulative.sqrt(), (1 - cumulative).sqrt()
                spread = a**2 * variance + s**2
                apart = x[:, None, :] - a * means
                shares = torch.softmax(logw - (apart**2).sum(-1) / (2 * spread), dim=1)
                noise = s * (shares[..., None] * apart).sum(1) / spread
                x = scheduler.step(noise, step, x).prev_sample
            return x

    return run


def k_diffusion():
    """sample_dpmpp_2m on y = x/a, with a log-uniform grid."""
    t = torch.tensor(given["log_snr_times"], dtype=torch.float32)
    a, s = kernel(t)
    sigmas = s / a

    def run():
        with torch.no_grad():
            y = torch.randn(count, 2) / a[0]
            old = None
            for i in range(len(t) - 1):
                x, full = a[i] * y, torch.full((count,), float(t[i]))
                data = y + sigmas[i] ** 2 * a[i] * score(x, full)
                now, then = -sigmas[i].log(), -sigmas[i + 1].log()
                h = then - now
                line = data
                if old is not None:
                    r = (now + sigmas[i - 1].log()) / h
                    line = (1 + 1 / (2 * r)) * data - 1 / (2 * r) * old
                y = sigmas[i + 1] / sigmas[i] * y - torch.expm1(-h) * line
                old = data
            return a[-1] * y

    return run


def likelihood():
    x0 = torch.tensor(given["likelihood_points"], dtype=torch.float32)

    def run():
        probe = torch.randint_like(x0, 0, 2) * 2 - 1

        def flow(t, y):
            x = torch.tensor(y[: x0.numel()].reshape(x0.shape), dtype=torch.float32).requires_grad_(True)
            full = torch.full((len(x),), float(t))
            beta = (B0 + (B1 - B0) * full)[:, None]
            drift = -0.5 * beta * x - 0.5 * beta * score(x, full)
            (slope,) = torch.autograd.grad((drift * probe).sum(), x)
            return np.concatenate([drift.detach().numpy().ravel(), (slope * probe).sum(1).numpy()])

        start = np.concatenate([x0.numpy().ravel(), np.zeros(len(x0))])
        found = solve_ivp(flow, (1e-5, 1.0), start, rtol=1e-5, atol=1e-5, method="RK45").y[:, -1]
        z = found[: x0.numel()].reshape(x0.shape)
        return torch.tensor(found[x0.numel() :] - (z**2).sum(1) / 2 - np.log(2 * np.pi))

    return run


WORKS = [
    ("em", "score_sde loop", rebuilt),
    ("em", "score_sde loop, torch.compile", compiled),
    ("em", "azula DDPM", azula("ddpm", steps)),
    ("em", "diffusers DDPM", diffusers("ddpm", min(steps, 1000))),
    ("dpm", "diffusers DPM++(2M)", diffusers("dpm", 20)),
    ("dpm", "k-diffusion DPM++(2M)", k_diffusion()),
    ("dpm", "azula xEAB", azula("xeab", 20)),
    ("mlp", "score_sde loop", mlp),
    ("nll", "score_sde likelihood", likelihood()),
]

import azula as _azula  # noqa: E402
import diffusers as _diffusers  # noqa: E402

version = getattr(_azula, "__version__", "?")
print(f"versions\tPyTorch {torch.__version__}, azula {version}, diffusers {_diffusers.__version__}")
for work, peer, run in WORKS:
    if work not in sys.argv[3].split():
        continue
    best, spent, drawn = 1e9, 1e9, None
    for threads in (1, 2):
        torch.set_num_threads(threads)
        try:
            drawn = run()
        except Exception as error:  # a peer that cannot do it here is named, and not counted
            print(f"failed\t{work}\t{peer}\t{type(error).__name__}: {str(error).splitlines()[0][:80]}", flush=True)
            break
        clocks, processors = [], []
        for _ in range(repeats):
            start, processor = time.perf_counter(), time.process_time()
            run()
            clocks.append(time.perf_counter() - start)
            processors.append(time.process_time() - processor)
        best, spent = min(best, statistics.median(clocks)), min(spent, statistics.median(processors))
    else:
        print(
            f"{work}\t{peer}\t{best:.6g}\t{spent:.6g}\t{float(drawn.mean()):.4g}\t{float(drawn.var()):.5g}", flush=True
        )
