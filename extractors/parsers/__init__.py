"""Declarative readers: HTML, JSON, JSON-LD and tables become listing records. Pure: no network, no clock."""
