r"""What is known between entries: equal up to a factor, or of a known sign.

    θ_a = c θ_b        fluctuation–dissipation D = γT, one coefficient in two components, a conserved sum
    θ_a > 0            a sign

The families of entries (drift and diffusion of each component) have independent forms. All that family B says of θ_b, its other terms free,
is θ̂_b ± σ_b; for family A that is one more measurement, of θ_a, and the other way round:

    J_A ← J_A + e_a e_aᵀ / (c σ_b)²,        J_A θ̂_A ← J_A θ̂_A + e_a c θ̂_b / (c σ_b)²

Within one family the relation is a measurement of θ_a − c θ_b = 0 without error. What the two sides say must agree (`disagreement`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evolaw import display
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.model.case import entry_name

__all__ = ["contradictions", "related"]

_EXACT = 1e-4
"""Error of a relation within one family, as a share of the smaller error of its two terms."""
_FAR = 4.0
"""Standard errors between two sides, or on the wrong side of zero, from which on the recording contradicts what is known: 1 in 16,000."""


def related(families: Sequence[Judged], relations: Mapping[str, tuple[float, str]]) -> tuple[Judged, ...]:
    """Return the families, each told what the others say of entries that are related to its own.

    Args:
        families: of all components.
        relations: from an entry to (factor, other entry).
    """
    before = list(families)
    places, forms = _places(before), _forms(before)
    rows: dict[int, list[tuple[np.ndarray, float]]] = {}
    for one, (factor, other) in relations.items():
        if one not in places or other not in places or factor == 0:
            continue
        (a, i), (b, j) = places[one], places[other]
        form_a, form_b = (forms[k] for k in (a, b))
        if a == b:
            row = np.zeros(len(form_a.names))
            row[i], row[j] = 1.0, -factor
            error = _EXACT * min(form_a.error[i], abs(factor) * form_a.error[j])
            rows.setdefault(a, []).append((row / error, 0.0))
            continue
        for k, form, place, value, error in (
            (a, form_a, i, factor * form_b.estimate[j], abs(factor) * form_b.error[j]),
            (b, form_b, j, form_a.estimate[i] / factor, form_a.error[i] / abs(factor)),
        ):
            rows.setdefault(k, []).append((np.eye(len(form.names))[place] / error, value / error))
    for k, added in rows.items():
        form = _measured(forms[k], added)
        before[k] = replace(before[k], form=form, subsets=weigh_subsets(form))
    return tuple(before)


def contradictions(
    families: Sequence[Judged], relations: Mapping[str, tuple[float, str]], signs: Mapping[str, int]
) -> list[str]:
    """Return what of the known the recording speaks against, one sentence each.

    Args:
        families: as weighed, before `related`.
        relations, signs: what is known.
    """
    places, forms, found = _places(families), _forms(families), []
    for one, (factor, other) in relations.items():
        if one in places and other in places:
            (a, i), (b, j) = places[one], places[other]
            form_a, form_b = forms[a], forms[b]
            weights = np.zeros(len(form_a.names))
            weights[i] = 1.0
            if a == b:
                weights[j] = -factor
                gap, error = form_a.combination(weights)
            else:
                gap = float(form_a.estimate[i] - factor * form_b.estimate[j])
                error = float(np.hypot(form_a.error[i], factor * form_b.error[j]))
            if abs(gap) > _FAR * error:
                found.append(f"{one} is {gap:+.3g} ± {error:.2g} away from {factor:g} ({other})")
    for name, sign in signs.items():
        if name in places:
            k, i = places[name]
            form = forms[k]
            if sign * form.estimate[i] < -_FAR * form.error[i]:
                found.append(f"{name} is {display.uncertain(form.estimate[i], form.error[i])}")
    return found


def _places(families: Sequence[Judged]) -> dict[str, tuple[int, int]]:
    """Family and place in it of every free entry."""
    return {
        entry_name(family.target, term, diffusion=family.diffusion): (k, i)
        for k, family in enumerate(families)
        if family.form is not None
        for i, term in enumerate(family.form.names)
    }


def _forms(families: Sequence[Judged]) -> dict[int, GaussianForm]:
    return {k: family.form for k, family in enumerate(families) if family.form is not None}


def _measured(form: GaussianForm, rows: Sequence[tuple[np.ndarray, float]]) -> GaussianForm:
    """The form after further measurements row·θ = value, each in units of its error."""
    # In units of the errors, so that sizes of different terms do not spoil the triangle.
    scale = form.error
    stacked = np.concatenate([form.root, np.stack([row for row, _ in rows])]) * scale
    target = np.concatenate([form.root @ form.estimate, [value for _, value in rows]])
    q, r = np.linalg.qr(stacked)
    return replace(
        form,
        estimate=scale * np.linalg.solve(r, q.T @ target),
        root=r / scale,
        spread=scale[:, None] * np.linalg.inv(r),
    )
