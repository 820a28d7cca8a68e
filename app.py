"""Start Between: `python app.py`. Everything else lives in the package beside this file."""

from app.cli import serve

if __name__ == "__main__":
    serve()
