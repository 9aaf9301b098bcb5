"""A small network learns Life from 1024 random boards, and is then read as a rule: all 512 windows, its margin, its filters."""

from evolaw import learning

recording = learning.random_recordings("B3/S23", boards=1024, size=32, density=0.38, rng=1)
pairs = learning.window_pairs(recording)
law = learning.fit(learning.Cnn.random((16,), rng=0), pairs, rng=0, truth="B3/S23")

for record in law.history[0]:
    print(f"epoch {record.epoch}: loss {record.loss:.4f}, {record.window_errors} of 512 windows wrong")
print(law.read("B3/S23"))
for found in learning.explain_filters(law.nets[0])[:3]:
    print(f"a filter like {found.nearest}: cosine {found.cosine:.2f}, strength {found.strength:.2f}")

print(law.rule())
# prints: B3/S23
