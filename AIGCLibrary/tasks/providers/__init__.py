"""Providers as data: one product's task API described in YAML, and the reader that applies it.

- `model`: the description as objects
- `loader`: from YAML files, with built-in presets
- `expressions`: JMESPath with a few functions of our own
- `templates`: requests with blanks to fill in
- `reader`: one answer → one `Snapshot`
- `everyday*`: what is found without a description, in the envelopes of everyday APIs
- `files`, `moments`, `classify`: what the reader needs for results, times and failures
- `samples`: a description checked against recorded answers
"""
