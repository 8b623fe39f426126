-- Question: Is serum becoming more concentrated?
-- Note: HHI of the first and the last complete snapshot of each week, with its proved bounds.
SELECT
    date_trunc('week', observed_on)::DATE AS week, arg_min(hhi, observed_on) AS hhi_first,
    arg_max(hhi, observed_on) AS hhi_last, arg_max(hhi_low, observed_on) AS hhi_low,
    arg_max(hhi_high, observed_on) AS hhi_high, arg_max(level, observed_on) AS level,
    arg_max(cr3, observed_on) AS cr3, count(*) AS days, min(coverage) AS coverage_min
FROM v_concentration_daily
WHERE source = 'demo' AND category_id = 'serum' AND measure = 'units_30d' AND complete
GROUP BY week
ORDER BY week
