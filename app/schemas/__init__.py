"""The shape of what comes over the wire, never of the database."""
