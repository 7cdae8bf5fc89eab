"""What is made for readers of this repository: the report, the tables of the README, the page of plots."""
