"""The proofs that `archive.verifying` strings together, one module each: what is proven, and what its failure is called."""
