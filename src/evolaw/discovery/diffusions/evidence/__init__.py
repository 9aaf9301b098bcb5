"""What speaks for and against each term: moment equations in a Gaussian form, and e-values and probabilities from it."""
