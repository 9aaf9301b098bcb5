"""From a measured curve to its junction: the I–V curve of 1 µA and 10 Ω at 4.2 K with 20 nV of voltmeter noise gives the numbers back."""

from pathlib import Path

import numpy as np

from evolaw import josephson
from evolaw.josephson import fit_file

junction = josephson.Junction.from_si(critical_current=1e-6, resistance=10, temperature=4.2)
bias = np.linspace(0.1, 3, 30)
current, voltage, _ = josephson.iv_curve(junction, bias, 0, paths=4096, duration=200).in_si()
voltage = voltage + 20e-9 * np.random.default_rng(0).standard_normal(30)
lines = [f"{i * 1e6:.6f}, {v * 1e6:.6f}" for i, v in zip(current, voltage, strict=True)]
Path("iv.csv").write_text("current (uA), voltage (uV)\n" + "\n".join(lines))

fit = fit_file("iv.csv", capacitance=0.0, temperature=4.2)  # without a capacitance given it is fitted too
print(fit)
found = fit.parameters["temperature"]
print(found.low < 4.5 and found.high > 3.9 and abs(fit.parameters["resistance"].value - 10) < 0.1)
# prints: True
