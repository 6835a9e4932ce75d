"""What happens next?

Case types, deadlines, and to which case a letter belongs.

May import: archive. Must never: reopen a closed case, or read a letter's bytes.
"""
