"""How good a model is, and how far a figure could be off."""
