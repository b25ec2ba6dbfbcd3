"""Measured lines, as `communitytoken bench --json` gives them: a group, what was done, and figures."""

from statistics import median

KEY = ("group", "what", "clients", "batch", "transactions")


def medians(lines: list[dict]) -> list[dict]:
    """One line for the same thing measured several times: the median of each figure."""
    same = {}
    for line in lines:
        same.setdefault(tuple(line.get(name) for name in KEY), []).append(line)
    return [middle(each) for each in same.values()]


def middle(lines: list[dict]) -> dict:
    """The median of each figure; what the lines are about is the same in all."""
    return {
        name: median(line[name] for line in lines if name in line)
        if name not in KEY and isinstance(value, (int, float))
        else value
        for name, value in lines[0].items()
    }


def find(lines: list[dict], **wanted) -> dict:
    """The line that is about this, or an empty one where it was not measured."""
    return next((line for line in lines if all(line.get(name) == value for name, value in wanted.items())), {})


def sizes(lines: list[dict]) -> tuple[int, int]:
    """The fewest and the most transactions that were there before measuring, where there were any."""
    there = [line["transactions"] for line in lines if line.get("transactions")] or [0]
    return min(there), max(there)


def divided(above: float | None, below: float | None) -> float | None:
    """A ratio, where both were measured."""
    return above / below if above is not None and below else None
