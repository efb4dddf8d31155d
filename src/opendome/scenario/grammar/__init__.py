"""How nouns are written in a file: keys, strict YAML, reading, writing, and what refusals say."""
