"""The gambler's ruin: how often and how soon, from the chain itself and from paths; then the chain back from the paths."""

import numpy as np

from evolaw import markov

goal, win = 5, 0.45
matrix = np.zeros((goal + 1, goal + 1))
matrix[0, 0] = matrix[goal, goal] = 1
for money in range(1, goal):
    matrix[money, money + 1], matrix[money, money - 1] = win, 1 - win
game = markov.Chain(matrix)

print(game)
ruin = markov.hitting_probabilities(game, [0])[2]
length = markov.hitting_times(game, [0, goal])[2]
paths = markov.simulate(game, 2, 200, paths=4000, rng=0)
ends = paths.values[:, -1]
print(f"ruined from 2: {ruin:.4f} exactly, {np.mean(ends == 0):.4f} of 4000 paths; a game lasts {length:.2f} rounds")

learned = markov.estimate(paths)
print(f"chance to win a round: {learned.chain().matrix[2, 3]:.3f}")
print(round(float(ruin), 6))
# prints: 0.714123
