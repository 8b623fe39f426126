"""HTML boards and charts, from marts only."""
