"""The stages of dvc.yaml, one file each: read the inputs, call the library, write the outputs."""

import os

# BLAS splits a sum by the number of its threads, and the split shows in the last digits. One thread everywhere keeps
# the bytes the same, and is faster for minibatches as small as these. NumPy reads this once, when it is first imported.
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"

os.environ["PYDANTIC_DISABLE_PLUGINS"] = "1"  # it would look for some in every installed package, at every start
