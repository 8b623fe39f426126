-- The phases of one edition with what was observed of each: how many of its days, and when last (NULL: never).
SELECT phase.*, count(day.observed_at)::INTEGER AS days_observed, max(day.observed_at) AS observed_at
FROM campaign_phase AS phase
LEFT JOIN campaign_day AS day ON phase.category_id = day.category_id AND phase.phase = day.phase
GROUP BY ALL
