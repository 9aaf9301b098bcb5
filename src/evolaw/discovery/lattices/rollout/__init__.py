"""Evidence from running laws: each candidate is let evolve from frame to frame and compared with what was seen.

The report's own procedure. Laws are proposed (`proposals`: drawn, or read out of a network trained on the recording), improved by search
(`tabu_search` on complete frames, `hill_climbing` on forecasts), and scored: by the cells a law misses between complete frames
(`rollout_evidence`), or, where cells are missing or misread, by the chance it gives to what was seen (`forecast_evidence` on
`ensemble_forecast`). It decides only where a law and its rivals could be told apart.
"""
