"""Redaction: keeps secrets out of everything that is logged, stored or sent.

redactor.py     Redactor: masks texts, headers and structures
rule.py         one place, and how what is found there is judged and masked
rules.py        places that hold secrets
shapes.py       shapes of well-known tokens
names.py        names that say that their value is a secret
known.py        values that are known, found by one search
markup.py       what of HTML and XML a mask must leave
encodings.py    the encodings in which a known value may appear
"""
