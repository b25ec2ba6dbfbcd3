"""Transfers on PostgreSQL, driven by its own load program pgbench with prepared statements."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
# What the tables call them, and the files they are in.
DESIGNS = {"design": "the design (a)", "fastest": "the fastest (b)"}


def measure(cluster, design: str, clients: int, seconds: int) -> dict:
    """One line: transfers per second and their times, on a fresh database, with the tokens counted afterwards."""
    cluster.fresh(FOLDER / f"{design}.sql")
    before = holdings(cluster)
    for old in cluster.folder.glob("times*"):
        old.unlink()
    # Its clock runs while it connects, some milliseconds a client; its figures are of the time after that.
    connecting = clients // 100
    printed = cluster.run(
        "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={FOLDER / design}.pgbench",
        f"--client={clients}", f"--jobs={min(2, clients)}", f"--time={seconds + connecting}",
        "--log", f"--log-prefix={cluster.folder / 'times'}",
    )
    times = sorted(read_times(cluster.folder))
    if not times:
        raise RuntimeError(f"{clients} clients took the whole time to connect; measure longer (--seconds)")
    after = holdings(cluster)
    if after != (before[0], before[1] + len(times)):
        raise RuntimeError(f"{design}.sql: {len(times)} transfers made {before} (tokens, transactions) into {after}")
    return {
        "group": "postgres",
        "what": design,
        "clients": clients,
        "count": len(times),
        "per_second": float(re.search(r"^tps = ([0-9.]+)", printed, re.MULTILINE)[1]),
        **{f"p{share}_ms": times[min(len(times) * share // 100, len(times) - 1)] for share in (50, 95, 99)},
    }


def read_times(folder: Path):
    """Milliseconds of each transfer, from pgbench's logs: client, number, microseconds, script, second, part."""
    for log in folder.glob("times*"):
        with log.open() as lines:
            for line in lines:
                yield int(line.split()[2]) / 1000


def holdings(cluster) -> tuple[int, int]:
    """All tokens, and the number of transactions."""
    answer = cluster.sql("SELECT (SELECT sum(balance) FROM wallets), (SELECT count(*) FROM transactions)")
    tokens, transactions = answer.split("|")
    return int(tokens), int(transactions)
