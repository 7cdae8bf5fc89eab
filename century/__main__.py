"""`python -m century` is the command `century`."""

from century.cli import main

if __name__ == "__main__":
    main()
