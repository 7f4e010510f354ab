"""The face for the web: ASGI applications."""
