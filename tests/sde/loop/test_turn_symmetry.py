"""Which steps are proved to commute with whole turns; each answer is compared with the step itself, made at both places."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import BAOAB, EulerMaruyama, Milstein, StochasticHeun, underdamped
from evolaw.sde.loop.turn_symmetry import commutes_with_turns
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.runge_kutta import RungeKutta4
from evolaw.sde.schemes.scheme import Noise

TURN = 2 * np.pi
DT = 0.1


def step_of(process, scheme):
    memory = scheme.start(process, 0.3, np.zeros(process.dim))

    def step(x, noise, memory):
        return scheme.step(process, 0.3, x, DT, Noise(noise), memory)

    return step, (np.zeros(process.dim), np.zeros(process.noises), memory)


def flow(drift, dim=1, diffusion=0.4, noise="additive"):
    return SDE(drift, diffusion, dim=dim, noise=noise, params={"i": 0.9})


SINES = flow(lambda t, x, p: p["i"] - jnp.sin(x) + 0.2 * jnp.cos(3 * x + 1.0) + jnp.sin(x / 0.5 - t) * jnp.sin(x) ** 2)
HALF = flow(lambda t, x, p: p["i"] - jnp.sin(x / 2))
TOOTH = flow(lambda t, x, p: p["i"] - (x - np.pi))
SCALED = flow(lambda t, x, p: -jnp.sin(p["i"] * x))
FOLDED = flow(lambda t, x, p: -jnp.sin(jnp.mod(x, TURN)))
TURNS_OF_TWO = flow(lambda t, x, p: jnp.stack([jnp.sin(x[0] - x[1]), jnp.sin(x[1] - 2 * x[0])]), dim=2)
LOUD = flow(lambda t, x, p: 0 * x + p["i"], diffusion=lambda t, x, p: 1 + 0.3 * jnp.cos(x), noise="diagonal")
INERT = underdamped(lambda t, x, p: p["i"] - jnp.sin(x), friction=0.5, temperature=0.1, params={"i": 1.4})
RISING = underdamped(lambda t, x, p: p["i"] - x, friction=0.5, temperature=0.1, params={"i": 1.4})

CASES = {
    "sines of whole multiples": (SINES, EulerMaruyama(), (TURN,), True),
    "in stages": (SINES, StochasticHeun(), (TURN,), True),
    "half of the phase": (HALF, EulerMaruyama(), (TURN,), False),
    "half of the phase, of two turns": (HALF, EulerMaruyama(), (2 * TURN,), True),
    "another period": (SINES, EulerMaruyama(), (1.0,), False),
    "a saw-tooth": (TOOTH, EulerMaruyama(), (TURN,), False),
    "a multiple that is a parameter": (SCALED, EulerMaruyama(), (TURN,), False),
    "folded by the coefficient": (FOLDED, EulerMaruyama(), (TURN,), None),
    "two phases": (TURNS_OF_TWO, EulerMaruyama(), (TURN, TURN), True),
    "one of two phases": (TURNS_OF_TWO, EulerMaruyama(), (None, TURN), True),
    "noise that feels the phase": (LOUD, Milstein(), (TURN,), True),
    "with memory": (INERT, BAOAB(), (TURN, None), True),
    "with a memory that grows": (RISING, BAOAB(), (TURN, None), False),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_what_the_step_does(case):
    process, scheme, periods, wanted = CASES[case]
    step, (x, noise, memory) = step_of(process, scheme)
    answer = commutes_with_turns(step, periods, x, noise, memory)
    assert answer is bool(wanted)
    draw = np.random.Generator(np.random.Philox(key=3))
    x, noise = draw.normal(size=x.shape) + 1, draw.normal(size=noise.shape)
    shift = np.array([0.0 if period is None else 3 * period for period in periods])

    whole = jax.jit(lambda x: step(x, noise, scheme.start(process, 0.3, x)))

    def made(x):
        there, kept = whole(x)
        return [np.asarray(there), *(np.asarray(part) for part in [kept] if part is not None)]

    (there, *kept), (moved, *others) = made(x), made(x + shift)
    same = np.allclose(there + shift, moved, atol=1e-5) and all(
        np.allclose(a, b, atol=1e-5) for a, b in zip(kept, others, strict=True)
    )
    # What cannot be proved may be true all the same; what is proved must be.
    assert same is (wanted is not False)


def test_what_has_no_form_by_components_is_not_proved():
    assert not commutes_with_turns(lambda x: jnp.sort(x), (TURN,), np.zeros(1))


def test_runge_kutta_without_noise():
    process = SDE(lambda t, x, p: 1.5 - jnp.sin(x), None, noise="none")

    def step(x):
        return RungeKutta4().step(process, 0.0, x, DT, Noise(), None)[0]

    assert commutes_with_turns(step, (TURN,), np.zeros(1))
