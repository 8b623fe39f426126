-- Step: advertised items that the organic list of their snapshot lacks, once each (the first place they hold).
-- Grain: source x category x observed_at x item.
-- Inputs: listing of the snapshots to make. An advertised duplicate of an organic entry adds nothing.
WITH advert AS (
    SELECT *
    FROM listing_now
    WHERE sponsored
    QUALIFY row_number() OVER (PARTITION BY category_id, observed_at, item_id ORDER BY position) = 1
),

organic AS (
    SELECT listing.category_id, listing.observed_at, listing.item_id
    FROM listing_now AS listing
    SEMI JOIN advert USING (category_id, observed_at, item_id)
    WHERE NOT listing.sponsored
)

SELECT advert.*
FROM advert
ANTI JOIN organic USING (category_id, observed_at, item_id)
