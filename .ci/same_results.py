"""Compare the results just made with the committed ones: byte by byte on x86-64 with AVX2, elsewhere to 1e-4.

Elsewhere BLAS and NumPy add up in another order, and training goes on from the last digits of that.
"""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, ".")
from stages.__main__ import X86_64_V3, processor_flags

TOLERANCE = 1e-4


def differences(committed: Any, made: Any, key: str = "") -> list[str]:
    if isinstance(committed, dict) and isinstance(made, dict) and committed.keys() == made.keys():
        return [line for name in committed for line in differences(committed[name], made[name], f"{key}.{name}")]
    if isinstance(committed, float) and isinstance(made, float):
        same = math.isclose(committed, made, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    else:
        same = committed == made
    return [] if same else [f"{key}: committed {committed}, made {made}"]


def committed(path: str) -> str:
    return subprocess.run(["git", "show", f"HEAD:{path}"], check=True, capture_output=True, text=True).stdout


changed = subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True, text=True).stdout
print("The bytes are the committed ones" if not changed else f"The bytes are not all the committed ones:\n{changed}")
if changed and processor_flags() >= X86_64_V3:
    sys.exit("This processor has to give the committed bytes")
found = [
    f"{path}{line}"
    for path in sorted(map(str, Path("metrics").glob("*.json")))
    for line in differences(json.loads(committed(path)), json.loads(Path(path).read_text(encoding="utf-8")))
]
if found:
    sys.exit("Beyond the tolerance:\n" + "\n".join(found))
