"""What in the recording speaks against any equation of the space, with its cause and the option that handles it.

Three looks. `increment_tests` ask the increments what kind of motion it is, whatever the terms: is it noise of the measurement, memory, a
hidden velocity, jumps? `drift_tests` ask whether the fitted drift is the drift: in its own bins, in both halves of the recording; `history_tests` whether that is all that moves it.
`predictive_check` runs the law again, many times, and asks whether it moves as was recorded. `diagnosis` turns what they say into checks,
each with its cause and its remedy, and takes back the decisions that rest on what failed. A check fails at one in a thousand by
chance, and only for effects large enough to matter.
"""
