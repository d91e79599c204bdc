"""The static site: pages that lead from every number to its list, from a list to its requests, from those to proof."""
