"""What a page says: rows, sheets and forms turned into words that a template only has to lay out."""
