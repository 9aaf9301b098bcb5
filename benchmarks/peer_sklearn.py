"""scikit-learn on the windows of `bench_learning`; run by the interpreter that has it: COUNTS.npz ANSWERS.npz.

COUNTS.npz holds `visits` and `births`, shape (recordings, 512). Writes, for every recording, the hard outcome of all 512 windows
by logistic regression and by gradient boosting on the nine cells of the window, one-hot; prints scikit-learn's version.
"""

import sys

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

given = np.load(sys.argv[1])
cells = (np.arange(512)[:, None] >> np.arange(8, -1, -1)) & 1
one_hot = np.concatenate([cells, 1 - cells], axis=1)
answers = {"logistic regression": [], "gradient boosting": []}
for visits, births in zip(given["visits"], given["births"], strict=True):
    inputs = np.concatenate([one_hot, one_hot])
    outcomes = np.repeat([1, 0], 512)
    weights = np.concatenate([births, visits - births])
    used = weights > 0
    for name, model in (
        ("logistic regression", LogisticRegression(C=100.0, max_iter=500)),
        ("gradient boosting", HistGradientBoostingClassifier(min_samples_leaf=1, l2_regularization=1e-3)),
    ):
        model.fit(inputs[used], outcomes[used], sample_weight=weights[used])
        answers[name].append(model.predict(one_hot))
np.savez(sys.argv[2], **{name: np.array(found) for name, found in answers.items()})
print(sklearn.__version__)
