"""Commands that work in any Scrapy project: arguments, a call of the library, an exit code."""
