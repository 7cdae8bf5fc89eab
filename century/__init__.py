"""Was this song released after 2000? Logistic regression from scratch, and the data it learns from."""

import re


class InputError(Exception):
    """A fault that the user can correct. One line says what is wrong, where, the rule, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(text: str, length: int = 300) -> str:
    """The text in one line of printable characters, without the password of a URL.

    Where it is too long, its middle is left out: its start says what is wrong and where, and its end what to do.
    """
    text = re.sub(r"//[^\s?#]*@", "//***@", " ".join(text.split()))
    text = "".join(character if character.isprintable() else "?" for character in text)
    end = length // 3
    return text if len(text) <= length else f"{text[: length - end - 1]}…{text[-end:]}"
