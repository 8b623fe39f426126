-- The price band edges of the source.
SELECT category_id, currency, band_set, coalesce(valid_from, DATE '0001-01-01') AS valid_from, band_no, band_low, band_high
FROM price_band_edge
WHERE source = getvariable('scope_source')
