"""Whom of millions is somebody else's double? One model, read by the online guard and by bulk matching.

Record form, comparison levels, blocking keys, training without labels, scores, clusters. Works on records alone.

May import: archive, and dedup's pure files. Must never: read or write the directory, or compare a pair in a second way.
"""
