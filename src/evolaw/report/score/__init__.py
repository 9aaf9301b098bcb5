"""What is shown of a learned score: samples first, numbers after.

`charts` draws sheets of samples beside data, the film from noise to data and the lines of the probability flow; `page` opens with the
samples beside the data, then training, likelihood and what the model was told.
"""
