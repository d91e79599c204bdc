"""The figures: cohorts, shares, delays, outlook, what was published."""
