"""Locators: where is the target today, and which tier of evidence found it?

service.py      locate(): the one door
reader.py       locator files → Target; catalogue.py knows them by name; strategies.py writes the selectors
probe.py        the question to the page and its answer; js/page/ is the program that answers
diagnosis.py    why a target was not found, in words and facts
profile.py      what a lost target should look like; similarity.py says which element comes nearest
memory.py       fingerprints, winning order, hits
driver.py       what is needed of a browser
"""
