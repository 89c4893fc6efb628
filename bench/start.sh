#!/usr/bin/env bash
# From the command to the answer: wall time, processor time (user + system) and peak memory of
# `viresco evaluate CASE --json`, medians of N runs (default 9). bench/start.sh [PROGRAM [CASE [N]]]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
exec python3 - "${1:-build/release/apps/cli/viresco}" "${2:-examples/6-apa/integrated}" "${3:-9}" <<'PYTHON'
import os, statistics, subprocess, sys, time

program, case, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
wall, cpu, memory = [], [], []
for _ in range(n):
    start = time.perf_counter()
    child = subprocess.Popen([program, "evaluate", case, "--json"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall.append(time.perf_counter() - start)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"start.sh: {program} failed")
    cpu.append(usage.ru_utime + usage.ru_stime)
    memory.append(usage.ru_maxrss / 1024)
print(f"start to answer, {case}, {n} runs: wall {statistics.median(wall):.3f} s ({min(wall):.3f} .. {max(wall):.3f}), "
      f"processor {statistics.median(cpu):.3f} s ({min(cpu):.3f} .. {max(cpu):.3f}), "
      f"peak memory {statistics.median(memory):.0f} MiB; load {os.getloadavg()[0]:.1f}")
print("target: < 0.3 s, < 100 MB")
PYTHON
