"""Studies as people read them: a JSON object, tables, and a figure for each."""
