"""A public benchmark of dynamic weapon-target assignment: see README.md."""
