"""From a measured curve to the four numbers of the junction.

`tables` reads files, `headings` says what their columns are and refuses what has no unit, `quantities` numbers with units; `measured` is the door, the columns decide what is
fitted: an I–V curve by `voltage_fit`, which has two branches or is `single_valued`, the curve of a capacitance under noise being that of
`inertial_curve`; switching currents or escape rates by `escape_fit`. `residuals` and `intervals` judge points and parameters; `results` is what
a fit says: each number with its interval or "not determined", checks of the model (is the noise thermal, is the junction underdamped?), and
the measurement that narrows most what is uncertain.
"""
