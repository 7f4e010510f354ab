"""Templates: every piece of Markdown, every commit message the product writes comes from ``templates/``."""
