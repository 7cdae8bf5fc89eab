"""The stages of dvc.yaml, one file each: read the inputs, call the library, write the outputs."""
