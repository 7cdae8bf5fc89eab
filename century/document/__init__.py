"""The assignment of 2021: its formulas, its run, and the comparison with the numbers that it prints."""
