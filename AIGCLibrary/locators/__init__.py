"""Locators: where is the target today, and which tier of evidence found it?

service.py      locate(): the one door; failure_path.py heals or explains what was not found; lookup_log.py records both
reader.py       locator files → Target; catalogue.py knows them by name; strategies.py writes the selectors
probe.py        the question to the page and its answer; js/page/ is the program that answers
diagnosis.py    why a target was not found, in words and facts
profile.py      what a lost target should look like; similarity.py says which element is closest
features.py     what is compared; words.py texts as people read them
reranking/      re-ranks candidates by the rest of the page: other targets, names, position
guards.py       when a near miss may be used, and when never; healing.py what was healed, kept when the test passes
health.py       all tiers of a page; patch.py writes healed locators; starter.py a first file; plain.py bare selectors
memory.py       fingerprints, winning order, hits
"""
