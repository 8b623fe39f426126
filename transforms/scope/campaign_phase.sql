-- The phases of one edition, a row a category and phase; last_year without dates where no edition is a year earlier.
WITH edition AS (
    SELECT * FROM campaign_now WHERE campaign = getvariable('edition_campaign') AND year = getvariable('edition_year')
)

SELECT category_id, campaign, year, 'before' AS phase, before_on AS from_on, starts_on - 1 AS to_on FROM edition
UNION ALL
SELECT category_id, campaign, year, 'during', starts_on, ends_on FROM edition
UNION ALL
SELECT category_id, campaign, year, 'after', ends_on + 1, after_on FROM edition
UNION ALL
SELECT category_id, campaign, year, 'last_year', last_starts_on, last_ends_on FROM edition
