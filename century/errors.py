"""The one exception for what a user can mend."""


class InputError(Exception):
    """Bad input. The message is one line: what, where, the rule, what to do."""
