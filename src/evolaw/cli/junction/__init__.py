"""``evolaw junction``: the curves of Josephson junctions (`command`, `array`), what is typed (`numbers`), what is said (`answers`), fits (`fit`)."""
