-- Question: Who owns serum, and since when is that changing?
-- Note: Shares of units sold in the observed top N; `low_on` is the date of its smallest share in the last 28 days.
WITH latest AS (
    SELECT * FROM v_brand_share_latest
    WHERE source = 'demo' AND category_id = 'serum' AND measure = 'units_30d'
)

SELECT
    latest.brand, latest.ownership, latest.share, latest.share_low, latest.share_high,
    min(daily.share) AS low_share, arg_min(daily.observed_on, daily.share) AS low_on,
    max(latest.share - daily.share) AS risen, latest.units_basis, latest.lower_bound, latest.coverage
FROM latest
INNER JOIN v_brand_share_daily AS daily
    ON
        latest.source = daily.source AND latest.category_id = daily.category_id AND latest.measure = daily.measure
        AND latest.units_basis = daily.units_basis AND latest.brand_key = daily.brand_key
        AND daily.complete AND daily.observed_on > latest.observed_on - 28
GROUP BY ALL
ORDER BY latest.share DESC
LIMIT 5
