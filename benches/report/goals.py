"""What the project has set itself, and whether the measured figures reach it."""

from dataclasses import dataclass

from report.lines import divided, find, sizes

LARGE = 10_000_000
# As the benchmark calls them. PostgreSQL is called by a Unix socket, too.
BY_PORT = "transfers over HTTP"
BY_SOCKET = "transfers over HTTP, by a Unix socket"
BATCH = 100


@dataclass
class Goal:
    """A figure and its bound."""

    what: str
    wanted: float
    at_least: bool
    measured: float | None
    unit: str = ""
    # Why a figure, though measured, does not settle the matter.
    but: str = ""

    @property
    def reached(self) -> bool | None:
        """Nothing when it was not measured, or not as wanted."""
        if self.measured is None or self.but:
            return None
        return self.measured >= self.wanted if self.at_least else self.measured <= self.wanted

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        return self.but or ("reached" if self.reached else "NOT reached")


def goals(lines: list[dict]) -> list[Goal]:
    """All of them, from one run's lines."""
    small, large = sizes(lines)
    # A quick run has fewer rows, and then says so instead of judging.
    but = "" if large == LARGE else f"with {large:,} rows only"

    def http(clients):
        return find(lines, group="transfers", what=BY_SOCKET, clients=clients).get("per_second")

    def postgres(what, clients):
        return find(lines, group="postgres", what=what, clients=clients).get("per_second")

    def ledger(transactions):
        return find(lines, group="ledger", batch=BATCH, transactions=transactions).get("per_second")

    def slower(what):
        at = [find(lines, group="reads", what=what, transactions=there).get("p99_ms") for there in (large, small)]
        return divided(*at) if large > small else None

    def megabytes(what):
        about = [line for line in lines if line["group"] == "memory" and line["what"] == f"resident memory, {what}"]
        resident = [line["resident_bytes"] for line in about]
        return max(resident) / 1e6 if resident else None

    plain = find(lines, group="plain", batch=BATCH, transactions=large).get("per_second")
    written = [line["bytes_each"] for line in lines if line["group"] == "ledger" and line.get("batch") == BATCH
               and line.get("bytes_each")]
    ratios = [
        ("HTTP transfers : PostgreSQL (a), 100 connections", 8, divided(http(100), postgres("design", 100)), ""),
        ("HTTP transfers : PostgreSQL (b), 100 connections", 6, divided(http(100), postgres("fastest", 100)), ""),
        ("HTTP transfers : PostgreSQL (a), 32 connections", 4, divided(http(32), postgres("design", 32)), ""),
        ("HTTP transfers : PostgreSQL (a), 1 connection", 1, divided(http(1), postgres("design", 1)), ""),
        ("HTTP transfers at 100 connections : bare ledger, batch 100", 0.6, divided(http(100), ledger(0)), ""),
        ("bare ledger, batch 100: 10 million rows there : empty", 0.8, divided(ledger(large), ledger(0)), but),
        ("bare ledger, batch 100 : plain schema, 10 million rows there", 20, divided(ledger(large), plain), but),
    ]
    bounds = [
        ("history page p99: 10 million rows : 10,000", 1.5, slower("history page"), "", but),
        ("supply statistics p99: 10 million rows : 10,000", 1.5, slower("supply statistics"), "", but),
        ("memory at rest", 30, megabytes("idle"), "MB", ""),
        ("memory under load, 10 million rows there", 120, megabytes("under load"), "MB", but),
        ("written to disk for a transfer, batch 100", 5, max(written) / 1e3 if written else None, "KB", ""),
    ]
    return [Goal(what, wanted, True, measured, but=why) for what, wanted, measured, why in ratios] + [
        Goal(what, wanted, False, measured, unit, why) for what, wanted, measured, unit, why in bounds
    ]
