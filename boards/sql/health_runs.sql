-- Grain: run; the last twenty.
SELECT run_id, kind, source, observed_at, started_at, finished_at, status, rows_loaded, detail
FROM run
ORDER BY started_at DESC, run_id
LIMIT 20
