"""6-7: `scrapy <name>`; the file's name is the command's name."""
