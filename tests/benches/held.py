import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from disk import DISKS, Held  # noqa: E402

folder = Path(sys.argv[2])
with Held(folder, DISKS["card"]):
    began = time.monotonic()
    # By a program that this one starts, as the databases are.
    write = ["dd", "if=/dev/zero", f"of={folder}/file", "bs=1M", "count=4", "conv=fdatasync"]
    subprocess.run(write, check=True, capture_output=True)
    print(time.monotonic() - began)
assert "communitytoken-compare" not in Path("/proc/self/cgroup").read_text()
assert not list(Path("/sys/fs/cgroup").glob(f"**/communitytoken-compare-{os.getpid()}"))
