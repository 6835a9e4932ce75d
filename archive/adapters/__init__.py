"""The engines behind `archive.ports`, one module each, named by where things are kept."""
