"""Was this song released after 2000? Logistic regression from scratch, and the data it learns from."""


class InputError(Exception):
    """What the user can mend. The message is one line: what, where, the rule, what to do."""
