"""HTML of the site: one skeleton per family of themes and one way to print the metadata block per variant."""
