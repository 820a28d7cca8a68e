"""The demo clinic: invented people, twelve weeks in their own words, loaded through the real services."""
