"""Peers of `bench_score`, run by the interpreter that has them: GIVEN.npz REPEATS WORKS [plain]; with ``plain`` nothing is compiled.

GIVEN.npz holds the mixture (means, variance, weights), the weights of a 3 x 128 network, and the number of samples and steps. Prints a line
of versions, then for every work its peer, seconds by the clock and of the processor (median; the best of one and two threads), mean and variance of what it drew.

    em       Euler–Maruyama of the reverse VP SDE, score_sde's loop rebuilt: as it stands, and compiled by torch.compile
    em       azula's DDPMSampler and diffusers' DDPMScheduler, as many steps
    dpm      20 steps of DPM-Solver++(2M): diffusers' DPMSolverMultistepScheduler; k-diffusion's loop rebuilt; azula's xEABSampler
    mlp      score_sde's loop with the network for a score
    unet     20 steps of k-diffusion's DPM-Solver++(2M) with a U-Net, in channels-last, as it stands and compiled
    nll      score_sde's likelihood: RK45 of SciPy on the host, one Hutchinson probe, tolerances 1e-5; and with the d products of an exact
             divergence in the place of the probe; each with looser tolerances too, so that errors can be made equal
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


def embedded(label, line):
    angles = 2 * torch.pi * torch.logspace(-0.90309, 0.90309, 16) * label[:, None]
    return torch.nn.functional.silu(line(torch.cat([angles.cos(), angles.sin()], 1)))


def normed(x):
    return x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-6)


class Block(torch.nn.Module):
    """The residual block of evolaw's U-Net."""

    def __init__(self, before, after, told):
        super().__init__()
        conv = torch.nn.Conv2d
        self.first, self.second = conv(before, after, 3, padding=1), conv(after, after, 3, padding=1)
        self.steer = torch.nn.Linear(told, 2 * before, bias=False)
        self.skip = torch.nn.Identity() if before == after else conv(before, after, 1)

    def forward(self, x, told):
        scale, shift = self.steer(told)[:, :, None, None].chunk(2, 1)
        h = self.first(torch.nn.functional.silu(normed(x) * (1 + scale) + shift))
        return self.skip(x) + self.second(torch.nn.functional.silu(normed(h)))


class Unet(torch.nn.Module):
    """evolaw's U-Net (24, 48) on 8 x 8."""

    def __init__(self, a=24, b=48, told=48):
        super().__init__()
        self.line, self.entry = torch.nn.Linear(32, told), torch.nn.Conv2d(1, a, 3, padding=1)
        self.one, self.two, self.up = Block(a, a, told), Block(a, b, told), Block(a + b, a, told)
        self.leave = torch.nn.Conv2d(a, 1, 3, padding=1)

    def forward(self, x, label):
        told = embedded(label, self.line)
        kept = self.one(self.entry(x[:, None]), told)
        h = self.two(torch.nn.functional.avg_pool2d(kept, 2), told)
        h = self.up(torch.cat([torch.nn.functional.interpolate(h, scale_factor=2), kept], 1), told)
        return self.leave(torch.nn.functional.silu(normed(h)))[:, 0]


def unet(mode):
    net = Unet().to(memory_format=torch.channels_last)
    images = int(given["images"])
    sigmas = torch.logspace(2.18, -1.98, 21)

    def data_of(y, sigma):
        total = sigma**2 + 1
        out = net(y * torch.rsqrt(total), (torch.log(sigma) / 4).expand(images))
        return y / total + sigma * torch.rsqrt(total) * out

    data_of = torch.compile(data_of) if mode == "compile" else data_of

    def run():
        with torch.inference_mode():
            y, old = torch.randn(images, 8, 8) * sigmas[0], None
            for i in range(20):
                data = data_of(y, sigmas[i])
                h = sigmas[i].log() - sigmas[i + 1].log()
                line = data if old is None else 1.5 * data - 0.5 * old
                y = sigmas[i + 1] / sigmas[i] * y - torch.expm1(-h) * line
                old = data
            return y

    return run


def likelihood(tolerance=1e-5, products=1):
    """RK45 on the host with one step for all; one random probe, or the d products that make the divergence exact."""
    x0 = torch.tensor(given["likelihood_points"], dtype=torch.float32)

    def run():
        probes = (
            [torch.randint_like(x0, 0, 2) * 2 - 1]
            if products == 1
            else list(torch.eye(2)[:, None].expand(2, *x0.shape))
        )

        def flow(t, y):
            x = torch.tensor(y[: x0.numel()].reshape(x0.shape), dtype=torch.float32).requires_grad_(True)
            full = torch.full((len(x),), float(t))
            beta = (B0 + (B1 - B0) * full)[:, None]
            drift = -0.5 * beta * x - 0.5 * beta * score(x, full)
            slope = torch.zeros(len(x))
            for number, probe in enumerate(probes):
                (pulled,) = torch.autograd.grad((drift * probe).sum(), x, retain_graph=number + 1 < len(probes))
                slope = slope + (pulled * probe).sum(1)
            return np.concatenate([drift.detach().numpy().ravel(), slope.numpy()])

        start = np.concatenate([x0.numpy().ravel(), np.zeros(len(x0))])
        found = solve_ivp(flow, (1e-5, 1.0), start, rtol=tolerance, atol=tolerance, method="RK45").y[:, -1]
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
    ("unet", "k-diffusion DPM++(2M)", unet("plain")),
    ("unet", "k-diffusion DPM++(2M), torch.compile", unet("compile")),
    ("nll", "score_sde likelihood, one probe, 1e-5", likelihood()),
    ("nll", "score_sde likelihood, one probe, 1e-2", likelihood(1e-2)),
    ("nll", "score_sde likelihood, exact divergence, 1e-5", likelihood(1e-5, 2)),
    ("nll", "score_sde likelihood, exact divergence, 1e-4", likelihood(1e-4, 2)),
    ("nll", "score_sde likelihood, exact divergence, 1e-2", likelihood(1e-2, 2)),
]

import azula as _azula  # noqa: E402
import diffusers as _diffusers  # noqa: E402

version = getattr(_azula, "__version__", "?")
print(f"versions\tPyTorch {torch.__version__}, azula {version}, diffusers {_diffusers.__version__}")
for work, peer, run in WORKS:
    if work not in sys.argv[3].split() or ("plain" in sys.argv[4:] and "compile" in peer):
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
        error = np.abs(drawn.numpy() - given["likelihoods"]).mean() if work == "nll" else None
        remark = "" if error is None else f"error {error:.1e} nats"
        print(
            f"{work}\t{peer}\t{best:.6g}\t{spent:.6g}\t{float(drawn.mean()):.4g}\t{float(drawn.var()):.5g}\t{remark}",
            flush=True,
        )
