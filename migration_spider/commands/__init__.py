"""6-7: the commands ``scrapy <name>``; the name of the file is the name of the command."""
