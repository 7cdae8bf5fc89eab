"""Logistic regression and its training, in NumPy alone."""
