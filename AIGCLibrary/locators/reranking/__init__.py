"""Re-ranks the candidates for a missing target by what the rest of the page shows.

page_context.py          position of a candidate relative to the other targets, compared with the last known position
same_name_candidates.py  log-odds penalties for candidates with another name or other neighbours
sibling_targets.py       the other targets of the page: where they are and how they changed
surroundings.py          labels, texts and other targets around a candidate and around the lost target
identity.py              detects that a selector matches another element than before
rerank.py                features of the second model and how both models are combined
"""
