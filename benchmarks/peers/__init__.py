"""The peers: the same work as somebody would write it with the named tool, no slower than it must be."""
