"""Diffusions."""
