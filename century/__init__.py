"""Was this song released after 2000? Logistic regression from scratch, and the data it learns from."""
