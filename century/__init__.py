"""Was this song released after 2000? Logistic regression from scratch, and the data it learns from."""

import re


class InputError(Exception):
    """What the user can put right. The message is one line: what, where, the rule, what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(text: str, length: int = 300) -> str:
    """The text in one line of printable characters, without the password of a URL.

    Where it is too long, its middle is left out: what and where stand at its start, what to do at its end.
    """
    text = re.sub(r"//[^\s?#]*@", "//***@", " ".join(text.split()))
    text = "".join(character if character.isprintable() else "?" for character in text)
    end = length // 3
    return text if len(text) <= length else f"{text[: length - end - 1]}…{text[-end:]}"
