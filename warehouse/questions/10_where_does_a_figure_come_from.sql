-- Question: Where does the largest brand's figure come from?
-- Note: Each entry as the page shows it, the page's address and hash, and the record in the WARC archive. Beside it,
-- Note: `shelfradar evidence export` hands out the page itself.
SELECT
    evidence.brand, evidence.rank, evidence.item_id, evidence.price_text, evidence.units_text, evidence.units_30d_low,
    evidence.units_30d_high, evidence.units_basis, evidence.lower_bound, evidence.observed_at, evidence.final_url,
    evidence.sha256, evidence.warc_file, evidence.warc_offset, evidence.coverage
FROM v_brand_share_latest AS share
INNER JOIN v_evidence AS evidence
    ON
        share.source = evidence.source AND share.category_id = evidence.category_id
        AND share.observed_at = evidence.observed_at AND share.brand_key = evidence.brand_key
WHERE
    share.source = 'demo' AND share.category_id = 'serum' AND share.measure = 'units_30d' AND share.brand_rank = 1
    AND NOT evidence.sponsored
ORDER BY evidence.rank
