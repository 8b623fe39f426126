-- Question: Which days may not be compared, and why?
-- Note: Alerts, entrants and drop-outs leave these days out.
SELECT category_id, observed_on, status, status_reason, captured, expected, coverage, quarantined
FROM v_snapshot
WHERE source = 'demo' AND NOT complete
ORDER BY observed_on DESC, category_id
