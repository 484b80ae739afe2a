"""Pictures, styles and fonts of customers' pages, fetched from their servers."""
