"""A catalogue of the last release, filled, brought to this version and used by both."""
