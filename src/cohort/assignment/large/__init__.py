"""The exact optimum of pools whose matrix of scores is too large to hold."""
