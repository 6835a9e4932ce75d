"""How is a page picture read, and can a text layer be believed?

Pure decisions on pictures, words and letters: `mending` makes a picture readable, `reading` strings the steps together
around an engine that is passed in, `text_layer` judges what a PDF claims to say. Pictures are grey, uint8, white 255.

May import: intake.stages, archive.errors. Must never: start an engine itself, or know which one is used.
"""
