-- Question: How many of the entrants of the last 28 days are still there, and do they climb?
SELECT
    category_id, count(*) AS entrants, count(*) FILTER (WHERE stayed) AS stayed,
    count(*) FILTER (WHERE rank < entry_rank) AS climbed, min(rank) AS best_rank,
    arg_min(title, rank) AS best_title, latest_on, coverage
FROM v_entrant
WHERE source = 'demo' AND entered_on > latest_on - 28
GROUP BY category_id, latest_on, coverage
ORDER BY category_id
