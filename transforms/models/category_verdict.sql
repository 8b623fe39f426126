-- Mart: what a seller looks at before entering a category, the rule that reads it, and its reasons in a sentence.
-- Grain: source x category x observed_at. Rule (verdict-1) and terms: docs/metrics.md 11.
-- Inputs: brand_concentration (also of a month before), brand_share, price_band, entrant_survival, item_day, family_day
-- and market_size of the snapshots to make, sourcing_cost. Figures are of one measure and one basis, never a mix.
WITH chosen AS (
    SELECT
        mart.*, count(*) OVER (PARTITION BY mart.category_id, mart.observed_at, mart.measure) - 1 AS other_bases
    FROM brand_concentration_now AS mart
    SEMI JOIN outlook_target AS target
        ON mart.category_id = target.category_id AND mart.observed_at = target.observed_at
    WHERE mart.measure <> 'gmv_30d'
    QUALIFY row_number() OVER (
        PARTITION BY mart.category_id, mart.observed_at
        ORDER BY
            mart.hhi IS NULL, mart.families_known < 20,
            list_position(['units_30d', 'units_shown', 'listings'], mart.measure), mart.families_known DESC,
            mart.units_basis, mart.units_window_days
    ) = 1
),

owned AS (
    SELECT
        chosen.*, target.trend_at, earlier.hhi AS hhi_before, earlier.observed_on AS hhi_before_on,
        CASE
            WHEN chosen.hhi >= 1.05 * earlier.hhi THEN 'rising'
            WHEN chosen.hhi <= 0.95 * earlier.hhi THEN 'falling'
            WHEN earlier.hhi IS NOT NULL THEN 'steady'
        END AS hhi_trend
    FROM chosen
    INNER JOIN outlook_target AS target
        ON chosen.category_id = target.category_id AND chosen.observed_at = target.observed_at
    LEFT JOIN brand_concentration_trend AS earlier
        ON
            chosen.category_id = earlier.category_id AND target.trend_at = earlier.observed_at
            AND chosen.measure = earlier.measure AND chosen.units_basis IS NOT DISTINCT FROM earlier.units_basis
            AND chosen.units_window_days IS NOT DISTINCT FROM earlier.units_window_days
),

strongest AS (
    SELECT
        mart.category_id, mart.observed_at,
        arg_min(coalesce(mart.brand, mart.brand_key), mart.brand_rank) AS top_brand,
        arg_min(mart.share, mart.brand_rank) AS top_brand_share,
        string_agg(coalesce(mart.brand, mart.brand_key), ', ' ORDER BY mart.brand_rank) AS top_brands
    FROM brand_share_now AS mart
    INNER JOIN chosen
        ON
            mart.category_id = chosen.category_id AND mart.observed_at = chosen.observed_at
            AND mart.measure = chosen.measure AND mart.units_basis IS NOT DISTINCT FROM chosen.units_basis
            AND mart.units_window_days IS NOT DISTINCT FROM chosen.units_window_days
    WHERE mart.brand_rank <= 3
    GROUP BY mart.category_id, mart.observed_at
),

band AS (
    SELECT mart.*
    FROM price_band_now AS mart
    INNER JOIN chosen
        ON
            mart.category_id = chosen.category_id AND mart.observed_at = chosen.observed_at
            AND mart.units_basis IS NOT DISTINCT FROM chosen.units_basis
),

gap_band AS (
    SELECT * FROM band
    WHERE gap > 0
    QUALIFY row_number() OVER (PARTITION BY category_id, observed_at ORDER BY round(gap, 9) DESC, band_no) = 1
),

market_band AS (SELECT * FROM band WHERE market_band),

aimed AS (
    SELECT
        target.category_id, target.observed_at, target.observed_on, target.source,
        coalesce(gap_band.band_no, market_band.band_no) AS band_no,
        coalesce(gap_band.currency, market_band.currency) AS currency
    FROM outlook_target AS target
    LEFT JOIN gap_band ON target.category_id = gap_band.category_id AND target.observed_at = gap_band.observed_at
    LEFT JOIN market_band
        ON target.category_id = market_band.category_id AND target.observed_at = market_band.observed_at
),

priced AS (
    SELECT
        aimed.category_id, aimed.observed_at, round(median(item.price::DOUBLE), 4)::DECIMAL(18, 4) AS entry_price
    FROM item_day_now AS item
    INNER JOIN aimed
        ON
            item.category_id = aimed.category_id AND item.observed_at = aimed.observed_at
            AND item.band_no = aimed.band_no
    WHERE NOT item.sponsored
    GROUP BY aimed.category_id, aimed.observed_at
),

cost AS (
    SELECT aimed.category_id, aimed.observed_at, given.* EXCLUDE (source, category_id)
    FROM aimed
    INNER JOIN sourcing_cost AS given
        ON
            aimed.source = given.source AND aimed.category_id = given.category_id
            AND aimed.observed_on >= coalesce(given.valid_from, DATE '0001-01-01')
    WHERE given.item_id IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY aimed.category_id, aimed.observed_at ORDER BY given.valid_from DESC NULLS LAST
    ) = 1
),

entry AS (
    SELECT
        aimed.category_id, aimed.observed_at, priced.entry_price, cost.cost AS entry_cost, cost.origin,
        CASE
            WHEN aimed.currency = cost.currency
                THEN
                    (
                        priced.entry_price - cost.cost - cost.fee_fixed
                        - round(priced.entry_price::DOUBLE * cost.fee_share, 4)
                    )::DECIMAL(18, 4)
        END AS entry_margin,
        CASE
            WHEN cost.cost IS NULL THEN 'cost'
            WHEN priced.entry_price IS NULL THEN 'price'
            WHEN aimed.currency <> cost.currency THEN 'currency'
        END AS entry_missing
    FROM aimed
    LEFT JOIN priced ON aimed.category_id = priced.category_id AND aimed.observed_at = priced.observed_at
    LEFT JOIN cost ON aimed.category_id = cost.category_id AND aimed.observed_at = cost.observed_at
),

ours AS (
    SELECT category_id, observed_at, count(*)::INTEGER AS own_listings, min(rank) AS own_rank
    FROM item_day_now
    WHERE ownership = 'own' AND NOT sponsored
    GROUP BY category_id, observed_at
),

own_sold AS (
    SELECT
        chosen.category_id, chosen.observed_at,
        coalesce(
            sum(
                CASE chosen.measure
                    WHEN 'units_30d' THEN family.units_30d_low WHEN 'units_shown' THEN family.units_low
                    ELSE family.listings
                END::DECIMAL(38, 4)
            ) FILTER (WHERE family.ownership = 'own'), 0
        )::DOUBLE / nullif(chosen.total_low, 0) AS own_share
    FROM family_day_now AS family
    INNER JOIN chosen
        ON
            family.category_id = chosen.category_id AND family.observed_at = chosen.observed_at
            AND (chosen.measure = 'listings' OR family.units_basis = chosen.units_basis)
            AND (
                chosen.measure <> 'units_shown'
                OR family.units_window_days IS NOT DISTINCT FROM chosen.units_window_days
            )
    GROUP BY chosen.category_id, chosen.observed_at, chosen.total_low
),

size AS (
    SELECT
        mart.category_id, mart.observed_at, mart.units_basis,
        sum(mart.units_30d_low::DECIMAL(38, 4))::DOUBLE AS units_30d_low,
        CASE
            WHEN count(mart.units_30d_high) = count(mart.units_30d_low)
                THEN sum(mart.units_30d_high::DECIMAL(38, 4))::DOUBLE
        END AS units_30d_high
    FROM market_size_now AS mart
    GROUP BY mart.category_id, mart.observed_at, mart.units_basis
),

gathered AS (
    SELECT
        target.source, target.category_id, target.observed_at, target.observed_on, target.coverage, target.complete,
        owned.measure, owned.units_basis, coalesce(owned.other_bases, 0)::INTEGER AS other_bases,
        coalesce(owned.families, 0) AS families, coalesce(owned.families_known, 0) AS families_known,
        owned.hhi, owned.hhi_low, owned.hhi_high, owned.level, coalesce(owned.level_set, 'doj-ftc-2023') AS level_set,
        owned.hhi_before, CASE WHEN owned.hhi_before IS NOT NULL THEN owned.hhi_before_on END AS hhi_before_on,
        owned.hhi - owned.hhi_before AS hhi_change, owned.hhi_trend, owned.cr1, owned.cr3, owned.effective_brands,
        strongest.top_brand, strongest.top_brand_share, strongest.top_brands,
        owned.unknown_brand_share, owned.lower_bound_share,
        survival.entrants, survival.stayed, survival.survival, survival.observed_from_on AS survival_from_on,
        target.band_set, gap_band.band_no AS gap_band_no, gap_band.band_low AS gap_band_low,
        gap_band.band_high AS gap_band_high, coalesce(gap_band.currency, market_band.currency) AS band_currency,
        gap_band.units_share AS gap_units_share, gap_band.listing_share AS gap_listing_share, gap_band.gap,
        market_band.band_no AS market_band_no, market_band.band_low AS market_band_low,
        market_band.band_high AS market_band_high,
        entry.entry_price, entry.entry_cost, entry.origin AS entry_cost_origin, entry.entry_margin,
        entry.entry_margin::DOUBLE / nullif(entry.entry_price, 0)::DOUBLE AS entry_margin_share, entry.entry_missing,
        coalesce(ours.own_listings, 0) AS own_listings, ours.own_rank, own_sold.own_share,
        size.units_30d_low, size.units_30d_high,
        CASE
            WHEN NOT target.complete THEN 'incomplete'
            WHEN target.coverage < 0.9 THEN 'coverage'
            WHEN coalesce(owned.families_known, 0) < 20 THEN 'few_families'
            WHEN owned.hhi IS NULL THEN 'no_concentration'
        END AS suppressed,
        coalesce(survival.entrants >= 4 AND survival.survival < 0.25, FALSE)
        OR coalesce(entry.entry_margin <= 0, FALSE) AS warned
    FROM outlook_target AS target
    LEFT JOIN owned ON target.category_id = owned.category_id AND target.observed_at = owned.observed_at
    LEFT JOIN strongest ON target.category_id = strongest.category_id AND target.observed_at = strongest.observed_at
    LEFT JOIN entrant_survival_now AS survival
        ON target.category_id = survival.category_id AND target.observed_at = survival.observed_at
    LEFT JOIN gap_band ON target.category_id = gap_band.category_id AND target.observed_at = gap_band.observed_at
    LEFT JOIN market_band
        ON target.category_id = market_band.category_id AND target.observed_at = market_band.observed_at
    LEFT JOIN entry ON target.category_id = entry.category_id AND target.observed_at = entry.observed_at
    LEFT JOIN ours ON target.category_id = ours.category_id AND target.observed_at = ours.observed_at
    LEFT JOIN own_sold ON target.category_id = own_sold.category_id AND target.observed_at = own_sold.observed_at
    LEFT JOIN size
        ON
            target.category_id = size.category_id AND target.observed_at = size.observed_at
            AND owned.units_basis = size.units_basis
),

judged AS (
    SELECT
        *,
        CASE
            WHEN suppressed IS NOT NULL THEN NULL
            WHEN level = 'high' AND warned THEN 'closed'
            WHEN (level = 'unconcentrated' OR (level = 'moderate' AND hhi_trend = 'falling')) AND NOT warned THEN 'open'
            ELSE 'contested'
        END AS verdict,
        CASE
            WHEN hhi IS NOT NULL
                THEN 'HHI ' || format('{:,}', round(hhi)::BIGINT) || coalesce(' and ' || hhi_trend, '')
        END AS said_hhi,
        CASE
            WHEN top_brand IS NOT NULL
                THEN top_brand || ' leads with ' || round(100 * top_brand_share)::INTEGER || ' %'
        END AS said_top,
        CASE
            WHEN entrants > 0 AND stayed IS NOT NULL THEN stayed || ' of ' || entrants || ' entrants stayed'
        END AS said_survival,
        CASE
            WHEN gap_band_no IS NOT NULL
                THEN
                    'band ' || regexp_replace(gap_band_low::VARCHAR, '\.?0+$', '')
                    || coalesce('–' || regexp_replace(gap_band_high::VARCHAR, '\.?0+$', ''), ' and up')
                    || ' holds ' || round(100 * gap_units_share)::INTEGER || ' % of units from '
                    || round(100 * gap_listing_share)::INTEGER || ' % of listings'
        END AS said_gap,
        CASE
            WHEN entry_margin IS NOT NULL
                THEN
                    'estimated margin ' || round(100 * entry_margin_share)::INTEGER || ' % at '
                    || regexp_replace(entry_price::VARCHAR, '\.?0+$', '') || ' ' || band_currency
        END AS said_margin,
        CASE WHEN own_rank IS NOT NULL THEN 'own best rank ' || own_rank END AS said_own
    FROM gathered
)

SELECT
    source, category_id, observed_at, observed_on, verdict, 'verdict-1' AS verdict_set, suppressed,
    concat_ws(
        ',', CASE WHEN said_hhi IS NOT NULL THEN 'hhi' END, CASE WHEN said_top IS NOT NULL THEN 'top_brand' END,
        CASE WHEN said_survival IS NOT NULL THEN 'survival' END, CASE WHEN said_gap IS NOT NULL THEN 'gap_band' END,
        CASE WHEN said_margin IS NOT NULL THEN 'margin' END, CASE WHEN said_own IS NOT NULL THEN 'own_rank' END
    ) AS reasons,
    concat_ws(
        ': ',
        CASE suppressed
            WHEN 'incomplete' THEN 'no verdict, the snapshot is incomplete'
            WHEN 'coverage' THEN 'no verdict, only ' || floor(100 * coverage)::INTEGER || ' % was captured'
            WHEN 'few_families' THEN 'no verdict, only ' || families_known || ' families can be measured'
            WHEN 'no_concentration' THEN 'no verdict, nothing was sold that can be measured'
            ELSE verdict
        END,
        nullif(concat_ws(', ', said_hhi, said_top, said_survival, said_gap, said_margin, said_own), '')
    ) AS sentence,
    measure, units_basis, other_bases, families, families_known, hhi, hhi_low, hhi_high, level, level_set,
    hhi_before, hhi_before_on, hhi_change, hhi_trend, cr1, cr3, effective_brands, top_brand, top_brand_share,
    top_brands, unknown_brand_share, lower_bound_share, entrants, stayed, survival, survival_from_on, band_set,
    gap_band_no, gap_band_low, gap_band_high, band_currency, gap_units_share, gap_listing_share, gap,
    market_band_no, market_band_low, market_band_high, entry_price, entry_cost, entry_cost_origin, entry_margin,
    entry_margin_share, entry_missing, own_listings, own_rank, own_share, units_30d_low, units_30d_high,
    coverage, complete
FROM judged
