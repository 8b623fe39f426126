"""What Shelfradar's speed is measured against, in the same run: named peers that do the same work."""
