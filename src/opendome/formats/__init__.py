"""Doors to other tools: a file for each, named after it; files of assignment problems."""
