"""The weekly matching: gather, score, solve, explain, store, publish."""
