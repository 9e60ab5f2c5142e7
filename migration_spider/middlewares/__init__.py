"""What happens around one request or response: capture facts onto items, page requisites, the bounds of the crawl."""
