"""The JSON routes under `/api` and the application that carries them and the pages."""
