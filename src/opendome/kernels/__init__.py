"""Physics as pure compiled functions: SI in, SI out, no classes, no randomness, no exceptions."""
