"""The reviewing room: the content of an assessment at a moment with its hash, reviews
and signatures. Looks down on assessments.
"""
