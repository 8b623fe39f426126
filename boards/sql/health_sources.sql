-- Grain: source.
SELECT source, max(observed_at) AS latest_at
FROM snapshot
GROUP BY source
ORDER BY source
