"""Hold the metrics just made to the committed ones: to 1e-4, as another type of processor may change last digits."""

import json
import math
import subprocess
from pathlib import Path
from typing import Any

TOLERANCE = 1e-4


def differences(committed: Any, made: Any, key: str = "") -> list[str]:
    if isinstance(committed, dict) and isinstance(made, dict) and committed.keys() == made.keys():
        return [line for name in committed for line in differences(committed[name], made[name], f"{key}.{name}")]
    if isinstance(committed, float) and isinstance(made, float):
        same = math.isclose(committed, made, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    else:
        same = committed == made or key in (".sha256", ".bytes")  # other builds of zlib deflate to other bytes
    return [] if same else [f"{key}: committed {committed}, made {made}"]


def committed(path: str) -> str:
    return subprocess.run(["git", "show", f"HEAD:{path}"], check=True, capture_output=True, text=True).stdout


found = [
    f"{path}{line}"
    for path in sorted(map(str, Path("metrics").glob("*.json")))
    for line in differences(json.loads(committed(path)), json.loads(Path(path).read_text(encoding="utf-8")))
]
changed = subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True, text=True).stdout
print("The bytes are the committed ones" if not changed else f"The bytes are not all the committed ones:\n{changed}")
if found:
    raise SystemExit("Beyond the tolerance:\n" + "\n".join(found))
