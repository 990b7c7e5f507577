"""python -m ddgauge."""

from ddgauge.cli import main

if __name__ == "__main__":
    main()
