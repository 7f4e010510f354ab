"""Sessions that were saved: written, found, gone on with, and kept from asyncio."""
