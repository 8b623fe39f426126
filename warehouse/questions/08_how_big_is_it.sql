-- Question: How big is each category, and how sure is that?
-- Note: What the pages prove of the observed top N. An empty high end: no upper bound is known.
SELECT
    category_title, observed_on, currency, units_30d_low, units_30d_high, gmv_30d_low, gmv_30d_high,
    units_basis, lower_bound_share, families_known, families_priced, families, coverage
FROM v_market_latest
WHERE source = 'demo'
ORDER BY gmv_30d_low DESC NULLS LAST
