"""Print as Markdown what a pull request changes: parameters, headline numbers and plots, and the graph as it is now.

`python .ci/compare.py BASE` compares the commit BASE with the last commit. A shallow clone that has both is enough.
"""

import subprocess
import sys


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def section(title: str, text: str) -> str:
    return f"### {title}\n\n{text or 'Nothing changes.'}\n"


def main(base: str) -> None:
    changed = output("git", "diff", "--name-only", base, "HEAD", "--", "plots", "figures").splitlines()
    plots = "\n".join(f"- `{path}`" for path in changed)
    print(section("Parameters", output("dvc", "params", "diff", base, "HEAD", "--md")))
    print(section("Headline numbers", output("dvc", "metrics", "diff", base, "HEAD", "--md")))
    print(section("Plots", plots and f"{plots}\n\nThe artifact `plots-of-both` of this run draws both sides."))
    print(section("Graph", output("dvc", "dag", "--md")))


if __name__ == "__main__":
    main(*sys.argv[1:])
