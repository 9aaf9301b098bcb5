"""The figure of a fit."""

import numpy as np


def test_a_fit_has_its_axes_in_readable_parts_of_units() -> None:
    """Micro-ampere and micro-volt at the axes, whole numbers at their marks, no powers of ten in the corners."""
    from types import SimpleNamespace

    from evolaw.report.junction.fit_charts import draw_fit

    x = np.linspace(1e-6, 4e-6, 5)
    labels = ("current (A)", "voltage (V)")
    fit = SimpleNamespace(x=x, measured=20 * x, fitted=20 * x, error=1e-8 + 0 * x, kind="iv", labels=labels)
    figure = draw_fit(fit)
    figure.draw_without_rendering()
    top, bottom = figure.axes
    assert (top.get_ylabel(), bottom.get_xlabel()) == ("voltage (µV)", "current (µA)")
    marks = [text.get_text() for text in bottom.get_xticklabels()]
    assert {"1", "2", "3", "4"} <= set(marks)
    assert not bottom.xaxis.get_offset_text().get_text()
