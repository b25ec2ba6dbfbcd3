"""The tables, for people: aligned text, which is also Markdown."""

from report.goals import BY_PORT, BY_SOCKET, Goal
from report.lines import divided, find


def number(value: float | None, unit: str = "") -> str:
    """As many digits as carry meaning."""
    if value is None:
        return "–"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{' ' if unit else ''}{unit}"


def table(head: list[str], rows: list[list[str]], markdown: bool) -> str:
    """Columns of one width; the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells):
        padded = [cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(cells, widths))]
        return f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip()

    rule = [("-" * width if not at else "-" * (width - 1) + ":") if markdown else "-" * width
            for at, width in enumerate(widths)]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def times(line: dict) -> str:
    return " / ".join(number(line.get(f"p{share}_ms")) for share in (50, 95, 99)) if line else "–"


def transfers(lines: list[dict], markdown: bool) -> str:
    """Clients down, the three contenders across."""
    clients = sorted({line["clients"] for line in lines if line["group"] in ("transfers", "postgres")})
    rows = []
    for count in clients:
        ours, by_port = (find(lines, group="transfers", what=what, clients=count) for what in (BY_SOCKET, BY_PORT))
        theirs = [find(lines, group="postgres", what=what, clients=count) for what in ("design", "fastest")]
        rows.append(
            [str(count), number(by_port.get("per_second"))]
            + [cell for line in (ours, *theirs) for cell in (number(line.get("per_second")), times(line))]
            + [number(divided(ours.get("per_second"), line.get("per_second"))) for line in theirs]
        )
    head = ["clients", "by port/s", "ours/s", "p50 / p95 / p99 ms", "(a)/s", "p50 / p95 / p99 ms", "(b)/s", "p50 / p95 / p99 ms",
            "ours : (a)", "ours : (b)"]
    return table(head, rows, markdown)


def large(lines: list[dict], markdown: bool) -> str:
    """The bare ledger and the plain schema, by the transactions there before."""
    rows = [
        [line["group"] + ", " + line["what"], f"{line.get('transactions', 0):,}", number(line["per_second"]), times(line),
         number(line.get("bytes_each"))]
        for line in lines
        if line["group"] in ("ledger", "plain", "reads")
    ]
    return table(["what", "rows there", "per second", "p50 / p95 / p99 ms", "bytes each"], rows, markdown)


def goals(each: list[Goal], markdown: bool) -> str:
    rows = [
        [goal.what, ("≥ " if goal.at_least else "≤ ") + f"{goal.wanted:g} {goal.unit}".rstrip(),
         number(goal.measured, goal.unit), goal.verdict]
        for goal in each
    ]
    return table(["goal", "wanted", "measured", ""], rows, markdown)


def machine(facts: dict) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())
