"""From a measured curve to the junction: `tables` reads files with units, `voltage_fit` an I–V curve, `escape_fit` switching currents and
rates; `results` is what a fit says, with intervals, checks of the model and the next measurement.
"""
