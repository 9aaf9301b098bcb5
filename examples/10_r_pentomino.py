"""Five cells that take 1103 generations to settle: evolve a named pattern and look at what it leaves."""

from evolaw import automata

start = automata.named("r-pentomino").placed(700, 700)
run = automata.evolve("B3/S23", start, steps=1200, times=[0, 69, 500, 1103, 1200])

print(run)
for time in run.times:
    print(f"generation {time:5d}: {run.at(time).sum():4d} cells")

settled = run.at(1200).sum()
print(settled)
# prints: 116
