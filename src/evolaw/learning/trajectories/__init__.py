"""Equations of motion learned as networks, where no library of terms fits.

`neural_equation` trains a drift and a diffusion network on the steps of a recording: a law that runs like any other, and that knows where
it only interpolates. It decides nothing. Which terms of a library its drift is made of is read out by discovery, which then weighs them.
"""
