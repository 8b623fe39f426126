"""Reports as SQL models, run for the affected dates in the caller's transaction. Must not know alerts or boards."""
