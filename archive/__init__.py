"""Wire-exact web archiving for Scrapy, and a plain library for WARC, CDXJ and WACZ."""
