-- The snapshot a report shows: the last complete one, or the last one, up to the date asked for.
SELECT observed_at, observed_on, category_title, expected, captured, coverage, complete, status_reason, simulated
FROM snapshot
WHERE source = $source AND category_id = $category AND ($observed_on IS NULL OR observed_on = $observed_on)
ORDER BY complete DESC, observed_at DESC
LIMIT 1
