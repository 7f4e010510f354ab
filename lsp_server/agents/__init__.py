"""Faces for programs that are agents: what their frameworks speak."""
