"""The version of the library: in a module of its own, so that no stage runs again when it changes."""

__version__ = "1.0.0"
