r"""What is known between entries: sums and multiples of each other, ruled out by a symmetry, or of a known sign.

    θ = B γ            fluctuation–dissipation D = γT, one coefficient in two components, a conserved sum, a rotation
    θ_a > 0            a sign

The families of entries (drift and diffusion of each component) have independent forms, log L = −½ Σ_A |F_A (θ_A − θ̂_A)|². What the free
coefficients γ are said to be by all of them together is least squares of the stacked rows F_A B_A γ = F_A θ̂_A. Each family then has the form
of those of its own entries that make up the others (`Judged.shares`), and what is left of the squares,

    χ² = Σ_A |F_A (θ̂_A − B_A γ̂)|²,        as many degrees of freedom as there are entries more than free coefficients,

tests what was declared. The motion must have come back often for it to be trusted, as for the halves of a recording (`drift_tests`): it is
judged by F with as many degrees of freedom below as there are passages from quartile to quartile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evolaw import display
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.moment_equations import triangle
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.model.case import entry_name
from evolaw.discovery.diffusions.model.equalities import Relations, leading_rows

__all__ = ["Agreement", "agreement", "contradictions", "related"]

_FAR = 4.0
"""Standard errors between two sides, or on the wrong side of zero, from which on the recording contradicts what is known: 1 in 16,000."""


@dataclass(frozen=True)
class Agreement:
    """How far the fit without relations is from the one with them.

    Attributes:
        statistic, freedom: χ² and its degrees of freedom.
        furthest: the entry that is moved most.
        moved: by how many standard errors it is.
    """

    statistic: float
    freedom: int
    furthest: str
    moved: float


def related(families: Sequence[Judged], relations: Relations) -> tuple[Judged, ...]:
    """Return the families, each with the coefficients that make up its entries and told what the others say of them.

    Args:
        families: of all components.
        relations: see `Case.relations`.
    """
    joint = _joint(families, relations)
    if joint is None:
        return tuple(families)
    found = {k: _reduced(families[k], part, joint.estimate, joint.spread) for k, part in joint.parts.items()}
    alike = _alike(found, joint.parts)
    found = {k: _measured_together(k, alike[k], found, joint.parts) for k in found}
    weighed = {k: f if f.form is None else replace(f, subsets=weigh_subsets(f.form)) for k, f in found.items()}
    return tuple(weighed.get(k, family) for k, family in enumerate(families))


def agreement(families: Sequence[Judged], relations: Relations) -> Agreement | None:
    """Return how far the recording is from the relations; None where there are none.

    Args:
        families: as weighed, before `related`.
        relations: see `Case.relations`.
    """
    joint = _joint(families, relations)
    if joint is None:
        return None
    statistic, entries = 0.0, 0
    moved: dict[str, float] = {}
    for k, part in joint.parts.items():
        form = families[k].form
        if form is None:
            continue
        gap = form.estimate - part @ joint.estimate
        statistic += float(np.sum((form.root @ gap) ** 2))
        entries += len(gap)
        # Var(θ̂ − Bγ̂) = Σ − B Σ_γ Bᵀ, as of any fit and a better one.
        left = np.maximum(form.error**2 - np.sum((part @ joint.spread) ** 2, 1), 1e-6 * form.error**2)
        moved |= dict(zip(_names(families[k]), np.abs(gap) / np.sqrt(left), strict=True))
    furthest = max(moved, key=moved.__getitem__)
    return Agreement(statistic, entries - len(joint.estimate), furthest, float(moved[furthest]))


@dataclass(frozen=True, eq=False)
class _Joint:
    """All free coefficients of the related families together: γ̂, G with Σ_γ = GGᵀ, and B of each family by its place."""

    estimate: np.ndarray
    spread: np.ndarray
    parts: dict[int, np.ndarray]


def _joint(families: Sequence[Judged], relations: Relations) -> _Joint | None:
    named = {name for one, others in relations.items() for name in (one, *others)}
    forms = {k: f.form for k, f in enumerate(families) if f.form is not None and named & set(_names(f))}
    free = [name for k in forms for name in _names(families[k]) if name not in relations]
    if not forms or not free:
        return None
    parts = {}
    for k in forms:
        rows = [[relations.get(name, {name: 1.0}).get(other, 0.0) for other in free] for name in _names(families[k])]
        parts[k] = np.array(rows)
    stacked = np.concatenate([form.root @ parts[k] for k, form in forms.items()])
    target = np.concatenate([form.root @ form.estimate for form in forms.values()])
    scale = 1 / np.linalg.norm(stacked, axis=0)
    # In units of the errors, so that sizes of different terms do not spoil the triangle.
    q, r = np.linalg.qr(stacked * scale)
    return _Joint(scale * np.linalg.solve(r, q.T @ target), scale[:, None] * np.linalg.inv(r), parts)


def _reduced(family: Judged, part: np.ndarray, estimate: np.ndarray, spread: np.ndarray) -> Judged:
    """The family in the coefficients of the first of its entries that are independent of those before them."""
    form, chosen = family.form, leading_rows(part)
    if form is None or not chosen:
        return replace(family, form=None, subsets=None, every=family.terms, shares=np.zeros((len(part), 0)))
    shares = np.linalg.lstsq(part[chosen].T, part.T, rcond=None)[0].T
    shares = np.where(np.abs(shares) > 1e-12, shares, 0.0)
    error = np.linalg.norm(part[chosen] @ spread, axis=1)
    lower = triangle((part[chosen] @ spread / error[:, None]).T).T
    form = replace(
        form,
        names=tuple(form.names[k] for k in chosen),
        estimate=part[chosen] @ estimate,
        root=np.linalg.inv(lower) / error,
        spread=error[:, None] * lower,
        basis=form.basis @ shares,
    )
    whole = len(chosen) == len(part)
    every, kept = ((), None) if whole else (family.terms, shares)
    return replace(family, form=form, every=every, shares=kept)


def _alike(families: Mapping[int, Judged], parts: Mapping[int, np.ndarray]) -> dict[int, list[int]]:
    """Families by the place of each that are made of the same free coefficients, as the two components that a rotation turns."""
    own = {k: (families[k].diffusion, tuple(np.flatnonzero(np.any(parts[k] != 0, axis=0)))) for k in families}
    return {k: [other for other in own if own[other] == own[k]] for k in own}


def _measured_together(
    k: int, alike: Sequence[int], families: Mapping[int, Judged], parts: Mapping[int, np.ndarray]
) -> Judged:
    """A family in natural units that it shares with those alike, so that one coefficient is judged once, whatever component it stands in."""
    forms = {other: form for other in alike if (form := families[other].form) is not None}
    if k not in forms or len(forms) < 2:
        return families[k]
    used = np.any(parts[k] != 0, axis=0)
    turn = {other: parts[other][leading_rows(parts[other])][:, used] for other in forms}
    if any(len(square) != used.sum() for square in turn.values()):
        return families[k]
    together = np.concatenate([form.basis @ turn[other] for other, form in forms.items()]) / np.sqrt(len(forms))
    basis = triangle(together) @ np.linalg.inv(turn[k])
    size = float(np.sqrt(np.mean([form.size**2 for form in forms.values()])))
    return replace(families[k], form=replace(forms[k], basis=basis, size=size))


def contradictions(families: Sequence[Judged], stated: Relations, signs: Mapping[str, int]) -> list[str]:
    """Return what of the known the recording speaks against, one sentence each.

    Args:
        families: as weighed, before `related`.
        stated, signs: what was given.
    """
    places, found = _places(families), []
    for one, others in stated.items():
        weights = {one: 1.0, **{other: -factor for other, factor in others.items()}}
        if not set(weights) <= set(places):
            continue
        gap, error = _sum(families, places, weights)
        if abs(gap) > _FAR * error:
            said = " + ".join(f"{factor:g} ({other})" for other, factor in others.items())
            found.append(f"{one} is {gap:+.3g} ± {error:.2g} away from {said}")
    for name, sign in signs.items():
        if name in places:
            value, error = _sum(families, places, {name: 1.0})
            if sign * value < -_FAR * error:
                found.append(f"{name} is {display.uncertain(value, error)}")
    return found


def _sum(
    families: Sequence[Judged], places: Mapping[str, tuple[int, int]], weights: Mapping[str, float]
) -> tuple[float, float]:
    """Value and standard error of a sum over entries; families are independent."""
    value, variance = 0.0, 0.0
    for k, family in enumerate(families):
        row = np.zeros(len(family.terms))
        for name, weight in weights.items():
            if places[name][0] == k:
                row[places[name][1]] = weight
        if family.form is not None and row.any():
            part, error = family.form.combination(row)
            value, variance = value + part, variance + error**2
    return value, float(np.sqrt(variance))


def _names(family: Judged) -> list[str]:
    return [entry_name(family.target, term, diffusion=family.diffusion) for term in family.terms]


def _places(families: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    """Family and place in it of every free entry."""
    return {name: (k, i) for k, family in enumerate(families) for i, name in enumerate(_names(family))}
