"""Commands for any Scrapy project. They parse arguments, call the library and set the exit code."""
