"""What the pages show, read in one go with the `Access` inside the query: nothing that may not be seen is fetched."""
