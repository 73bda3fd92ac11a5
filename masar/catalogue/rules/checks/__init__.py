"""The parts of `rules.check`: reading marked YAML, words, flow, forms, references. Plain Python, no I/O."""
