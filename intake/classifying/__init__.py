"""What kind of letter is it?

A linear model over stems, letter n-grams, concepts and the shape of the page, trained on wordings of our own that
lie beside it (`wordings/`, one text file a type and language) and shipped as `model.npz`. The types themselves are
configuration: `types.yaml`. Add a type there, write its wordings, run `python -m intake.classifying.train`.

May import: intake.stages, numpy. Must never: need scikit-learn to answer (only training does), or learn from a
letter on its own.
"""

from intake.classifying.deciding import decide

__all__ = ["decide"]
