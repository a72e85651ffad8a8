"""A language model for tests: a strict, scripted server of OpenAI's chat completions.

``server`` listens, ``requests`` and ``schemas`` refuse what the API would refuse, ``reading`` and
``answers`` make plausible answers, ``scripts`` holds every misbehaviour by its name.
"""
