"""CPU of reading pages of five megabytes, the readers of listings and of page requisites included.

Beside each: how often the CPU of an ordinary page of that size, and the share that is lxml's parsing.
"""

from __future__ import annotations

from tests.pages.huge import HUGE, read_all, seconds


def main() -> None:
    seconds("", read_all)
    ordinary = min(seconds(HUGE["paragraphs"], read_all) for _ in range(3))
    print(f"{'page':28} {'CPU s':>6} {'ratio':>6} {'lxml':>6}")
    for name, html in HUGE.items():
        read = min(seconds(html, read_all) for _ in range(2))
        parsed = min(seconds(html, lambda selector: None) for _ in range(2))
        print(f"{name:28} {read:6.2f} {read / ordinary:6.2f} {parsed / read:6.0%}", flush=True)


if __name__ == "__main__":
    main()
