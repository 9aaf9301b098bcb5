"""Arrays travel, the rest stands beside them."""

import jax
import numpy as np

from evolaw import score


def test_targets_of_one_shape_share_a_compilation():
    traced = []

    @jax.jit
    def run(target, x):
        traced.append(1)
        return target.score(x, 0.5, score.VP())

    for place in (0.0, 1.0, 2.0):
        run(score.GaussianMixture([[place], [-place - 1]], 0.1), np.zeros((2, 1), np.float32))
    assert len(traced) == 1
    run(score.GaussianMixture([[0.0], [1.0]], [0.1, 0.2]), np.zeros((2, 1), np.float32))
    assert len(traced) == 2


def test_putting_together_gives_the_same():
    one = score.GaussianMixture(np.ones((2, 3)), 0.2, [1, 3])
    leaves, tree = jax.tree.flatten(one)
    again = jax.tree.unflatten(tree, leaves)
    assert again.shape == one.shape
    assert again.means is one.means
