"""One verb, one file, one screen: what happens from top to bottom, with the world behind ports."""
