"""Many runs: batches, workers, and a folder from which an interrupted campaign goes on."""
