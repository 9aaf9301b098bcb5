"""The curves an experimenter measures, from noise, each with its standard error and the exact one beside it.

A curve is a call of the one loop: `stepping` chooses scheme and step, `starting` where junctions begin, so that little has to be waited
for, `settling` how long is waited and where no wait is long enough; such points are marked, not printed as if they were stationary.
`results` is what comes out. The others are named by what they measure: `voltage` (I–V), `hysteresis`, `diffusion`, `spectra` (the radiated
line), `density`, `averages`, `shapiro`. What leaves a well stands in `josephson.escapes`.
"""
