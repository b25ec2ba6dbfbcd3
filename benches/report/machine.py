"""The machine the figures are of, because they mean nothing without it."""

import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path


def machine(folder: Path, postgres: str) -> dict:
    """Processor, memory, disk, versions, and the time. The folder is where the databases will lie."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": field("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{int(field('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.1f} GiB",
        "file system": output("df", "--output=fstype", folder).split()[-1],
        "system": f"{distribution()}, kernel {platform.release()}",
        "PostgreSQL": postgres,
        # What else the machine did; above a half or so, the figures are of a machine at other work.
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def field(file: str, name: str) -> str:
    """The first value of this name in one of the kernel's lists."""
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def output(*command) -> str:
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout.strip()
