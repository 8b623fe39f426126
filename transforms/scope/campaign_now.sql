-- The editions of campaigns to make, a row a category: those that hold for the source (its own dates before the dates
-- for every source), each beside the one a year earlier, where a date that changed lies in one of their phases.
WITH ours AS (
    SELECT * FROM campaign_edition
    WHERE
        source = getvariable('scope_source')
        OR (
            source IS NULL
            AND campaign NOT IN (SELECT campaign FROM campaign_edition WHERE source = getvariable('scope_source'))
        )
)

SELECT
    changed.category_id, here.campaign, here.year, here.before_on, here.starts_on, here.ends_on, here.after_on,
    earlier.starts_on AS last_starts_on, earlier.ends_on AS last_ends_on
FROM ours AS here
LEFT JOIN ours AS earlier ON here.campaign = earlier.campaign AND here.year = earlier.year + 1
INNER JOIN changed_days AS changed
    ON
        (changed.from_on <= here.after_on AND changed.to_on >= here.before_on)
        OR (changed.from_on <= earlier.ends_on AND changed.to_on >= earlier.starts_on)
