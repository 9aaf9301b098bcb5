"""The curves an experimenter measures, from noise, each with its standard error and the exact one beside it.

`results` says what a curve is, `stepping` how a junction is stepped; `voltage` (I–V), and the others are named by what they measure.
"""
