"""The engines behind `search.ports`, one module each, named by where the index is kept."""
