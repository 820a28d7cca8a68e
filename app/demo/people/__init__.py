"""One file for each invented patient of the demo clinic."""
