"""Disjoint sets: what is tied, even through others, in one."""

from __future__ import annotations

from collections.abc import Hashable


class Forest:
    """Disjoint sets, with path halving; the sets do not depend on the order of the joins."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def find(self, node: Hashable) -> Hashable:
        """Return the name of the set that `node` is in, alone until it is joined."""
        above = self._above
        root = above.setdefault(node, node)
        while root != node:
            node, root = root, above[root]
            above[node] = root = above.setdefault(root, root)
        return root

    def join(self, one: Hashable, other: Hashable) -> None:
        """Put two nodes, and all they were joined with, in one set."""
        self._above[self.find(one)] = self.find(other)
