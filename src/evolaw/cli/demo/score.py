"""The story of a density: points without a formula, a network that learns their score, new points, and the density behind them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli.demo.telling import Telling

if TYPE_CHECKING:
    import numpy as np

    from evolaw.cli.terminal import Progress
    from evolaw.report.story import Chapter

__all__ = ["play"]

_POINTS, _STEPS, _SAMPLES, _HELD = 20_000, 3000, 2000, 256
_FAR = 4.0


def play(seed: int, progress: Progress) -> Telling:
    """Learn the score of points, draw new ones, weigh points that were held out, open the box."""
    import numpy as np

    from evolaw import score
    from evolaw.randomness import source

    secret, chance = score.gaussians(), source(seed)
    data = secret.sample(_POINTS, rng=chance.stream("data").key[0])
    held = secret.sample(_HELD, rng=chance.stream("held out").key[0])
    noising = score.VP()
    model = score.fit(score.MLP(), data, noising, steps=_STEPS, rng=seed, progress=progress)
    options: dict[str, Any] = {"count": _SAMPLES, "steps": 40, "precision": "float32"}
    drawn = np.asarray(score.sample(model, noising, score.DPMSolver(), rng=seed, **options).final, float)
    weighed = score.log_likelihood(model, noising, held, rtol=1e-4, atol=1e-4, divergence="exact")
    exact = np.asarray(secret.log_density(held), float)
    gap = exact - weighed.values
    facts = {
        "log_likelihood": _estimate(weighed.values),
        "exact_log_likelihood": _estimate(exact),
        "lost_nats": _estimate(gap),
        **_places(drawn, np.asarray(secret.means, float).reshape(-1, 2), float(np.sqrt(secret.covariances.flat[0]))),
    }

    def write(path: Path, lang: str) -> Path:
        from evolaw.report.story import write_story
        from evolaw.report.wording import Words

        title, command = Words(lang)("demo.score_title"), f"evolaw demo score --seed {seed}"
        return write_story(path, title, _chapters(data, drawn, facts, lang), lang=lang, command=command, seed=seed)

    text = (
        f"{_POINTS} points of the plane and no formula. A network learned the score of their density in {_STEPS} steps.\n"
        f"\n{model!r}\n\n"
        f"Log-likelihood of {_HELD} held-out points: {_words(facts['log_likelihood'])} nats a point.\n"
        f"The box opens: eight Gaussians on a circle. Their exact log-likelihood: {_words(facts['exact_log_likelihood'])}; "
        f"lost by learning: {_words(facts['lost_nats'])}.\n"
        f"Of {_SAMPLES} points drawn, {facts['far']:.2%} lie further than {_FAR:g} standard deviations from all eight; "
        f"shares of the eight: {min(facts['shares']):.3f} to {max(facts['shares']):.3f}, exactly 0.125 each."
    )
    return Telling(text, {"schema": 1, "seed": seed, "steps": _STEPS, **facts}, write)


def _estimate(values: np.ndarray) -> tuple[float, float]:
    """The mean with its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def _words(estimate: tuple[float, float]) -> str:
    return f"{estimate[0]:.3f} ± {estimate[1]:.3f}"


def _places(drawn: np.ndarray, centres: np.ndarray, deviation: float) -> dict[str, Any]:
    """The share of samples nearest to each centre, and of those that are far from all."""
    import numpy as np

    away = np.linalg.norm(drawn[:, None] - centres, axis=-1)
    shares = np.bincount(away.argmin(1), minlength=len(centres)) / len(drawn)
    return {"shares": shares.tolist(), "far": float((away.min(1) > _FAR * deviation).mean())}


def _chapters(data: np.ndarray, drawn: np.ndarray, facts: dict[str, Any], lang: str) -> list[Chapter]:
    from evolaw.report.story import Chapter
    from evolaw.report.wording import Words

    words = Words(lang)
    shares = ", ".join(f"{share:.3f}" for share in facts["shares"])
    return [
        Chapter(
            words("demo.box"),
            says=(words("demo.score_box", count=_POINTS), words("demo.score_question")),
            figure=_picture(data[:_SAMPLES], drawn),
        ),
        Chapter(words("demo.answer"), rows=((words("demo.score_likelihood"), _words(facts["log_likelihood"])),)),
        Chapter(
            words("demo.opens"),
            says=(words("demo.score_opens"),),
            rows=(
                (words("demo.score_exact"), _words(facts["exact_log_likelihood"])),
                (words("demo.score_gap"), _words(facts["lost_nats"])),
                (words("demo.score_shares"), f"{shares} (1/8 = 0.125)"),
                (words("demo.score_far"), f"{facts['far']:.2%}"),
            ),
        ),
    ]


def _picture(data: np.ndarray, drawn: np.ndarray) -> Any:
    """Data and samples side by side in the same square."""
    from evolaw.report.styles import CYCLE, new_figure, style

    with style():
        figure = new_figure(7.0, 3.6)
        for axes, points, name, colour in zip(
            figure.subplots(1, 2, sharex=True, sharey=True), (data, drawn), ("data", "drawn"), CYCLE, strict=False
        ):
            axes.plot(*points.T, ".", ms=1.5, color=colour, rasterized=True)
            axes.set_title(name)
            axes.set_aspect("equal")
    return figure
