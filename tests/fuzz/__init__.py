"""Readers of what others wrote, fed with bytes of any kind: `targets` says with what, and what has to hold.

``make fuzz`` looks for bytes at which something does not hold; the corpus keeps those that once did not, or that reach
what others do not, and `test_fuzz` reads it all again.
"""
