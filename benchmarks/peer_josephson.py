"""The junction loops of other programs, run by the interpreter that has them: prints one JSON object of 10^6 path-steps a second, by the
clock and by the processor's time.

The same scheme as ours (Euler–Maruyama without capacitance, BAOAB with it), one core, wrapped phase and winding number, the displacement of
each path at the end. Numba in two forms: a path at a time with its own normals, and a step at a time over blocks of paths.
"""

from __future__ import annotations

import json
import time

import numba
import numpy as np

PATHS, STEPS = 65_536, 400
TURN = 2 * np.pi


@numba.njit(fastmath=True)
def rsj_by_path(bias, d, h, steps, seed):
    np.random.seed(seed)
    out = np.empty(bias.size)
    size = np.sqrt(2 * d * h)
    for p in range(bias.size):
        x, turns = 0.0, 0
        for _ in range(steps):
            x += (bias[p] - np.sin(x)) * h + size * np.random.normal()
            if x >= TURN:
                x -= TURN
                turns += 1
            elif x < 0:
                x += TURN
                turns -= 1
        out[p] = x + TURN * turns
    return out


@numba.njit(fastmath=True)
def rsj_by_step(bias, d, h, steps, seed, block=512):
    np.random.seed(seed)
    out = np.empty(bias.size)
    size = np.sqrt(2 * d * h)
    noise = np.empty(block)
    for first in range(0, bias.size, block):
        x, turns, i = np.zeros(block), np.zeros(block), bias[first : first + block]
        for _ in range(steps):
            for p in range(block):
                noise[p] = np.random.normal()
            for p in range(block):
                y = x[p] + (i[p] - np.sin(x[p])) * h + size * noise[p]
                whole = np.floor(y / TURN)
                turns[p] += whole
                x[p] = y - TURN * whole
        out[first : first + block] = x + TURN * turns
    return out


@numba.njit(fastmath=True)
def rcsj_by_path(bias, a, d, h, steps, seed):
    np.random.seed(seed)
    out = np.empty(bias.size)
    decay, size = np.exp(-a * h), np.sqrt(d * (1 - np.exp(-2 * a * h)))
    for p in range(bias.size):
        x, turns, v = 0.0, 0, 0.0
        force = bias[p]
        for _ in range(steps):
            v += force * h / 2
            x += v * h / 2
            v = decay * v + size * np.random.normal()
            x += v * h / 2
            if x >= TURN:
                x -= TURN
                turns += 1
            elif x < 0:
                x += TURN
                turns -= 1
            force = bias[p] - np.sin(x)
            v += force * h / 2
        out[p] = x + TURN * turns
    return out


@numba.njit(fastmath=True)
def rcsj_by_step(bias, a, d, h, steps, seed, block=512):
    np.random.seed(seed)
    out = np.empty(bias.size)
    decay, size = np.exp(-a * h), np.sqrt(d * (1 - np.exp(-2 * a * h)))
    noise = np.empty(block)
    for first in range(0, bias.size, block):
        i = bias[first : first + block]
        x, turns, v, force = np.zeros(block), np.zeros(block), np.zeros(block), i.copy()
        for _ in range(steps):
            for p in range(block):
                noise[p] = np.random.normal()
            for p in range(block):
                w = v[p] + force[p] * h / 2
                y = x[p] + w * h / 2
                w = decay * w + size * noise[p]
                y += w * h / 2
                whole = np.floor(y / TURN)
                turns[p] += whole
                x[p] = y - TURN * whole
                force[p] = i[p] - np.sin(x[p])
                v[p] = w + force[p] * h / 2
        out[first : first + block] = x + TURN * turns
    return out


def rsj_numpy(bias, d, h, steps, seed):
    draw = np.random.default_rng(seed)
    x, turns = np.zeros(bias.size), np.zeros(bias.size)
    for _ in range(steps):
        x += (bias - np.sin(x)) * h + np.sqrt(2 * d * h) * draw.standard_normal(bias.size)
        whole = np.floor(x / TURN)
        x -= TURN * whole
        turns += whole
    return x + TURN * turns


def rcsj_numpy(bias, a, d, h, steps, seed):
    draw = np.random.default_rng(seed)
    decay, size = np.exp(-a * h), np.sqrt(d * (1 - np.exp(-2 * a * h)))
    x, turns, v, force = np.zeros(bias.size), np.zeros(bias.size), np.zeros(bias.size), bias.copy()
    for _ in range(steps):
        v += force * (h / 2)
        x += v * (h / 2)
        v = decay * v + size * draw.standard_normal(bias.size)
        x += v * (h / 2)
        whole = np.floor(x / TURN)
        x -= TURN * whole
        turns += whole
        force = bias - np.sin(x)
        v += force * (h / 2)
    return x + TURN * turns


def main() -> None:
    bias = np.repeat(np.linspace(0.1, 2, 64), PATHS // 64)
    works = {
        "RSJ, Numba by path": lambda n: rsj_by_path(bias, 0.1, 0.05, n, 0),
        "RSJ, Numba by step": lambda n: rsj_by_step(bias, 0.1, 0.05, n, 0),
        "RSJ, NumPy": lambda n: rsj_numpy(bias, 0.1, 0.05, n, 0),
        "RCSJ, NumPy": lambda n: rcsj_numpy(bias, 0.5, 0.1, 0.1, n, 0),
        "RCSJ, Numba by path": lambda n: rcsj_by_path(bias, 0.5, 0.1, 0.1, n, 0),
        "RCSJ, Numba by step": lambda n: rcsj_by_step(bias, 0.5, 0.1, 0.1, n, 0),
    }
    found = {}
    for name, work in works.items():
        steps = STEPS // 4 if "NumPy" in name else STEPS
        work(2)
        best, least = np.inf, np.inf
        for _ in range(3):
            begun, spent = time.perf_counter(), time.process_time()
            work(steps)
            best, least = min(best, time.perf_counter() - begun), min(least, time.process_time() - spent)
        found[name] = [PATHS * steps / best / 1e6, PATHS * steps / least / 1e6]
    print(json.dumps(found | {"versions": f"numba {numba.__version__}, numpy {np.__version__}"}))


if __name__ == "__main__":
    main()
