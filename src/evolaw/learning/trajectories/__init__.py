"""Equations of motion learned as networks, where no library of terms fits: a law to run, and a proposal which terms to look for."""
