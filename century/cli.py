"""The command `century`: what the model says about songs."""

import argparse
from collections.abc import Sequence
from importlib.metadata import version


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("century", description="Was this song released after 2000?")
    parser.add_argument("--version", action="version", version=f"century {version('music-century')}")
    parser.parse_args(arguments)
