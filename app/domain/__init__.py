"""What Between knows about check-ins, scores, change and risk. Pure: no web, no database, no clock."""
