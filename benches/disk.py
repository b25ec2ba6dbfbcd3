"""A slower disk, for everything that this process starts.

A community lives on a small rented machine or on a Raspberry Pi, and seldom on the disk that a benchmark runs on.
A control group of the system's holds the disk to what people have.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Limits:
    """What a disk does in a second at most: bytes written, and writes and reads of whatever size."""

    like: str
    bytes: int
    writes: int
    reads: int

    def __str__(self):
        return f"held to {self.bytes // 1_000_000} MB, {self.writes:,} writes and {self.reads:,} reads a second ({self.like})"


DISKS = {
    # Amazon EBS, General Purpose SSD (gp3): what a volume has when nothing is paid for beside its size.
    "volume": Limits("as a rented volume, gp3", 125_000_000, 3_000, 3_000),
    # SD Association, Application Performance Class A2: what such a card must do at the least.
    "card": Limits("as a memory card, class A2", 10_000_000, 2_000, 4_000),
}

GROUPS = Path("/sys/fs/cgroup")


def device(folder: Path) -> str:
    """The numbers of the disk on which the folder lies. A part of a disk cannot be held by itself."""
    number = folder.stat().st_dev
    block = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve(strict=True)
    whole = block.parent if (block / "partition").exists() else block
    return (whole / "dev").read_text().strip()


class Held:
    """`with Held(folder, limits):` this process and all it starts share one such disk; afterwards all is as it was."""

    def __init__(self, folder: Path, limits: Limits):
        self.folder, self.limits = folder, limits

    def __enter__(self):
        try:
            number, held = device(self.folder), self.limits
            # Of the second kind of control groups where the system has them, of the first otherwise.
            if (GROUPS / "blkio").exists():
                tree, kind = GROUPS / "blkio", "blkio"
                limits = [
                    ("blkio.throttle.write_bps_device", f"{number} {held.bytes}"),
                    ("blkio.throttle.write_iops_device", f"{number} {held.writes}"),
                    ("blkio.throttle.read_iops_device", f"{number} {held.reads}"),
                ]
            else:
                tree, kind = GROUPS, ""
                (tree / "cgroup.subtree_control").write_text("+io")
                limits = [("io.max", f"{number} wbps={held.bytes} wiops={held.writes} riops={held.reads}")]
            self.home = tree / own_group(kind)
            self.group = tree / f"communitytoken-compare-{os.getpid()}"
            self.group.mkdir()
            try:
                for name, limit in limits:
                    (self.group / name).write_text(limit)
                join(self.group)
            except BaseException:
                self.group.rmdir()
                raise
        except OSError as error:
            sys.exit(f"--disk needs root and a disk that control groups can hold: {error}")
        return self

    def __exit__(self, *_):
        join(self.home)
        # Who was interrupted takes a moment to go.
        for _ in range(50):
            try:
                return self.group.rmdir()
            except OSError:
                time.sleep(0.1)
        print(f"Something still runs in {self.group}; remove it with rmdir.", file=sys.stderr)


def own_group(kind: str) -> str:
    """The group this process is in, of this kind; of the second kind for no name."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kinds, path = line.split(":", 2)
        if kind in kinds.split(","):
            return path.lstrip("/")
    return ""


def join(group: Path):
    (group / "cgroup.procs").write_text(str(os.getpid()))
