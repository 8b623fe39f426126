-- Marts: each is filled by transforms/models/NAME.sql, replaced by partition (source, category_id, observed_at).
-- Shares and coverage are 0 to 1; _low/_high are the proved ends of an interval; _high NULL: no upper bound known.

CREATE TABLE item_day (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, family_id VARCHAR NOT NULL, title VARCHAR NOT NULL, url VARCHAR,
    brand_key VARCHAR, brand VARCHAR, shop VARCHAR, ownership VARCHAR, watch_group VARCHAR,
    rank INTEGER, sponsored BOOLEAN NOT NULL, in_stock BOOLEAN, rating DOUBLE, review_count BIGINT,
    currency VARCHAR, price DECIMAL(18, 4), price_high DECIMAL(18, 4), list_price DECIMAL(18, 4),
    band_set VARCHAR, band_no INTEGER,
    units_low BIGINT, units_high BIGINT, units_basis VARCHAR, units_window_days INTEGER, units_text VARCHAR,
    rate_from_at TIMESTAMPTZ, counter_reset BOOLEAN NOT NULL,
    units_per_day_low DOUBLE, units_per_day_high DOUBLE, units_30d_low DOUBLE, units_30d_high DOUBLE,
    gmv_30d_low DOUBLE, gmv_30d_high DOUBLE, capture_id VARCHAR NOT NULL
);
ALTER TABLE item_day SET PARTITIONED BY (source);
COMMENT ON TABLE item_day IS 'One item of a category''s list at an observation: identity, price, and the sales figure as a rate. An advertised item is here once, and only where the organic list lacks it.';
COMMENT ON COLUMN item_day.source IS 'Source.';
COMMENT ON COLUMN item_day.category_id IS 'Category.';
COMMENT ON COLUMN item_day.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN item_day.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN item_day.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN item_day.family_id IS 'Parent of variants that share one sales figure; the item itself where it has none.';
COMMENT ON COLUMN item_day.title IS 'Title as shown.';
COMMENT ON COLUMN item_day.url IS 'Address of the item.';
COMMENT ON COLUMN item_day.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN item_day.brand IS 'Canonical brand, as shown where config/brands.yaml has none; NULL: unknown.';
COMMENT ON COLUMN item_day.shop IS 'Shop or seller as shown.';
COMMENT ON COLUMN item_day.ownership IS 'own or rival, from config/watchlist.yaml (item before shop before brand); NULL: neither.';
COMMENT ON COLUMN item_day.watch_group IS 'Group of the watchlist it matched.';
COMMENT ON COLUMN item_day.rank IS 'Organic rank, from 1.';
COMMENT ON COLUMN item_day.sponsored IS 'Whether it was seen as an advertisement only, so outside the observed top N.';
COMMENT ON COLUMN item_day.in_stock IS 'Whether it can be bought now; NULL: not shown.';
COMMENT ON COLUMN item_day.rating IS 'Mean rating as shown.';
COMMENT ON COLUMN item_day.review_count IS 'Reviews as shown.';
COMMENT ON COLUMN item_day.currency IS 'ISO 4217 code of the prices.';
COMMENT ON COLUMN item_day.price IS 'What a visitor pays now, in currency.';
COMMENT ON COLUMN item_day.price_high IS 'High end of a price range, in currency.';
COMMENT ON COLUMN item_day.list_price IS 'Struck-through price, in currency.';
COMMENT ON COLUMN item_day.band_set IS 'Version of the price bands in force on the date.';
COMMENT ON COLUMN item_day.band_no IS 'Price band of price, from 1; NULL: no price, no bands, or another currency.';
COMMENT ON COLUMN item_day.units_low IS 'Low end of the sales figure as shown, units.';
COMMENT ON COLUMN item_day.units_high IS 'High end of the sales figure as shown, units. NULL: no upper bound known.';
COMMENT ON COLUMN item_day.units_basis IS 'cumulative, trailing, period or modelled.';
COMMENT ON COLUMN item_day.units_window_days IS 'Window of a trailing or period figure, days.';
COMMENT ON COLUMN item_day.units_text IS 'Sales figure as shown.';
COMMENT ON COLUMN item_day.rate_from_at IS 'Earlier observation a cumulative counter was compared with, UTC; NULL: none, or another basis.';
COMMENT ON COLUMN item_day.counter_reset IS 'Whether the cumulative counter fell since then: its rate is unknown.';
COMMENT ON COLUMN item_day.units_per_day_low IS 'Low end of units sold a day.';
COMMENT ON COLUMN item_day.units_per_day_high IS 'High end of units sold a day. NULL: no upper bound known.';
COMMENT ON COLUMN item_day.units_30d_low IS 'Low end of units in 30 days: 30 x rate.';
COMMENT ON COLUMN item_day.units_30d_high IS 'High end of units in 30 days. NULL: no upper bound known.';
COMMENT ON COLUMN item_day.gmv_30d_low IS 'Low end of sales value in 30 days, in currency: units_30d x price.';
COMMENT ON COLUMN item_day.gmv_30d_high IS 'High end of sales value in 30 days, in currency. NULL: no upper bound known.';
COMMENT ON COLUMN item_day.capture_id IS 'The capture it was read from.';

CREATE TABLE family_day (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    family_id VARCHAR NOT NULL, lead_item_id VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR,
    listings INTEGER NOT NULL, rank INTEGER, currency VARCHAR, price DECIMAL(18, 4), band_set VARCHAR, band_no INTEGER,
    units_low BIGINT, units_high BIGINT, units_basis VARCHAR, units_window_days INTEGER,
    units_30d_low DOUBLE, units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE
);
ALTER TABLE family_day SET PARTITIONED BY (source);
COMMENT ON TABLE family_day IS 'One family of variants in the observed top N, its sales counted once. Advertisements are left out.';
COMMENT ON COLUMN family_day.source IS 'Source.';
COMMENT ON COLUMN family_day.category_id IS 'Category.';
COMMENT ON COLUMN family_day.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN family_day.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN family_day.family_id IS 'The family; an item without variants is its own.';
COMMENT ON COLUMN family_day.lead_item_id IS 'Member with the best rank.';
COMMENT ON COLUMN family_day.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN family_day.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN family_day.ownership IS 'own where any member is own, else rival where any is; NULL: neither.';
COMMENT ON COLUMN family_day.listings IS 'Members in the list.';
COMMENT ON COLUMN family_day.rank IS 'Best rank of a member.';
COMMENT ON COLUMN family_day.currency IS 'Currency of the lead''s price.';
COMMENT ON COLUMN family_day.price IS 'The lead''s price, in currency.';
COMMENT ON COLUMN family_day.band_set IS 'Version of the price bands in force on the date.';
COMMENT ON COLUMN family_day.band_no IS 'Price band of the lead''s price.';
COMMENT ON COLUMN family_day.units_low IS 'Largest low end that a member shows, units.';
COMMENT ON COLUMN family_day.units_high IS 'High end that this member shows, units. NULL: no upper bound known.';
COMMENT ON COLUMN family_day.units_basis IS 'Basis of the best-ranked member that shows a figure; members with another basis are not read.';
COMMENT ON COLUMN family_day.units_window_days IS 'Window of that figure, days.';
COMMENT ON COLUMN family_day.units_30d_low IS 'Largest low end of units in 30 days that a member proves.';
COMMENT ON COLUMN family_day.units_30d_high IS 'High end of that member. NULL: no upper bound known.';
COMMENT ON COLUMN family_day.gmv_30d_low IS 'Low end of sales value in 30 days: units_30d_low x the lead''s price.';
COMMENT ON COLUMN family_day.gmv_30d_high IS 'High end of sales value in 30 days. NULL: no upper bound known.';

CREATE TABLE brand_share (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    measure VARCHAR NOT NULL, units_basis VARCHAR, units_window_days INTEGER, currency VARCHAR,
    brand_key VARCHAR, brand VARCHAR, ownership VARCHAR,
    value_low DOUBLE NOT NULL, value_high DOUBLE, share DOUBLE, share_low DOUBLE, share_high DOUBLE,
    families INTEGER NOT NULL, listings INTEGER NOT NULL, brand_rank INTEGER
);
ALTER TABLE brand_share SET PARTITIONED BY (source);
COMMENT ON TABLE brand_share IS 'A brand in one measure, basis, window and currency, of the observed top N. Families of unknown brand are one row with brand_key NULL.';
COMMENT ON COLUMN brand_share.source IS 'Source.';
COMMENT ON COLUMN brand_share.category_id IS 'Category.';
COMMENT ON COLUMN brand_share.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN brand_share.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN brand_share.measure IS 'units_30d, gmv_30d, units_shown or listings.';
COMMENT ON COLUMN brand_share.units_basis IS 'Basis of the sales figure; NULL for listings.';
COMMENT ON COLUMN brand_share.units_window_days IS 'Window of the figures, days; of units_shown only.';
COMMENT ON COLUMN brand_share.currency IS 'Currency of the values; of gmv_30d only.';
COMMENT ON COLUMN brand_share.brand_key IS 'Folded canonical brand; NULL: the unknown ones together.';
COMMENT ON COLUMN brand_share.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN brand_share.ownership IS 'own where any family is own, else rival where any is.';
COMMENT ON COLUMN brand_share.value_low IS 'Sum of the low ends.';
COMMENT ON COLUMN brand_share.value_high IS 'Sum of the high ends. NULL: no upper bound known.';
COMMENT ON COLUMN brand_share.share IS 'value_low / sum of all value_low: the headline. NULL: that sum is 0.';
COMMENT ON COLUMN brand_share.share_low IS 'low / (low + high of all others); 0 where another has no upper bound.';
COMMENT ON COLUMN brand_share.share_high IS 'high / (high + low of all others); 1 where its own has no upper bound.';
COMMENT ON COLUMN brand_share.families IS 'Families in the measure.';
COMMENT ON COLUMN brand_share.listings IS 'Listings of these families.';
COMMENT ON COLUMN brand_share.brand_rank IS 'Place by value_low, from 1, among known brands; NULL: unknown.';

CREATE TABLE brand_concentration (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    measure VARCHAR NOT NULL, units_basis VARCHAR, units_window_days INTEGER, currency VARCHAR,
    cr1 DOUBLE, cr3 DOUBLE, cr4 DOUBLE, cr5 DOUBLE, cr10 DOUBLE,
    hhi DOUBLE, hhi_low DOUBLE, hhi_high DOUBLE, effective_brands DOUBLE, level VARCHAR, level_set VARCHAR NOT NULL,
    total_low DOUBLE NOT NULL, total_high DOUBLE, families INTEGER NOT NULL, families_known INTEGER NOT NULL,
    brands INTEGER NOT NULL, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL,
    unknown_brand_share DOUBLE, lower_bound_share DOUBLE
);
ALTER TABLE brand_concentration SET PARTITIONED BY (source);
COMMENT ON TABLE brand_concentration IS 'Concentration of brands of the observed top N in one measure, basis, window and currency.';
COMMENT ON COLUMN brand_concentration.source IS 'Source.';
COMMENT ON COLUMN brand_concentration.category_id IS 'Category.';
COMMENT ON COLUMN brand_concentration.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN brand_concentration.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN brand_concentration.measure IS 'units_30d, gmv_30d, units_shown or listings.';
COMMENT ON COLUMN brand_concentration.units_basis IS 'Basis of the sales figure; NULL for listings.';
COMMENT ON COLUMN brand_concentration.units_window_days IS 'Window of the figures, days; of units_shown only.';
COMMENT ON COLUMN brand_concentration.currency IS 'Currency of the values; of gmv_30d only.';
COMMENT ON COLUMN brand_concentration.cr1 IS 'Share of the largest brand.';
COMMENT ON COLUMN brand_concentration.cr3 IS 'Share of the 3 largest.';
COMMENT ON COLUMN brand_concentration.cr4 IS 'Share of the 4 largest.';
COMMENT ON COLUMN brand_concentration.cr5 IS 'Share of the 5 largest.';
COMMENT ON COLUMN brand_concentration.cr10 IS 'Share of the 10 largest. Each family of unknown brand counts as a brand.';
COMMENT ON COLUMN brand_concentration.hhi IS 'Sum of (100 x share)^2, 0 to 10,000, on the low ends.';
COMMENT ON COLUMN brand_concentration.hhi_low IS 'The same on share_low: a proved lower bound.';
COMMENT ON COLUMN brand_concentration.hhi_high IS 'The same on share_high with all unknown brands given to the largest, at most 10,000: an upper bound.';
COMMENT ON COLUMN brand_concentration.effective_brands IS '10,000 / hhi.';
COMMENT ON COLUMN brand_concentration.level IS 'unconcentrated, moderate or high; NULL: coverage under 0.9, under 20 families, or no hhi.';
COMMENT ON COLUMN brand_concentration.level_set IS 'Thresholds of level: doj-ftc-2023 (1,000 and 1,800).';
COMMENT ON COLUMN brand_concentration.total_low IS 'Sum of the low ends.';
COMMENT ON COLUMN brand_concentration.total_high IS 'Sum of the high ends. NULL: no upper bound known.';
COMMENT ON COLUMN brand_concentration.families IS 'Families in the observed top N.';
COMMENT ON COLUMN brand_concentration.families_known IS 'Families whose measure is known: the ones counted.';
COMMENT ON COLUMN brand_concentration.brands IS 'Known brands counted.';
COMMENT ON COLUMN brand_concentration.coverage IS 'Captured / expected items, 0 to 1.';
COMMENT ON COLUMN brand_concentration.complete IS 'Whether the snapshot is complete.';
COMMENT ON COLUMN brand_concentration.unknown_brand_share IS 'Share of total_low of families of unknown brand.';
COMMENT ON COLUMN brand_concentration.lower_bound_share IS 'Share of total_low of families without an upper bound.';

CREATE TABLE price_band (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    units_basis VARCHAR, band_set VARCHAR NOT NULL, band_no INTEGER NOT NULL, band_low DECIMAL(18, 4) NOT NULL,
    band_high DECIMAL(18, 4), currency VARCHAR, listings INTEGER NOT NULL, families INTEGER NOT NULL,
    listing_share DOUBLE, units_30d_low DOUBLE, units_30d_high DOUBLE, units_share DOUBLE, gmv_30d_low DOUBLE,
    gmv_30d_high DOUBLE, gmv_share DOUBLE, brands INTEGER NOT NULL, cr3 DOUBLE, own_listings INTEGER NOT NULL,
    gap DOUBLE, market_band BOOLEAN NOT NULL, coverage DOUBLE NOT NULL, lower_bound_share DOUBLE
);
ALTER TABLE price_band SET PARTITIONED BY (source);
COMMENT ON TABLE price_band IS 'A price band of a category, of the observed top N, in one basis. Empty bands are rows too.';
COMMENT ON COLUMN price_band.source IS 'Source.';
COMMENT ON COLUMN price_band.category_id IS 'Category.';
COMMENT ON COLUMN price_band.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN price_band.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN price_band.units_basis IS 'Basis of the sales figures; NULL: the snapshot shows none.';
COMMENT ON COLUMN price_band.band_set IS 'Version of the edges.';
COMMENT ON COLUMN price_band.band_no IS 'Band, from 1, by rising price.';
COMMENT ON COLUMN price_band.band_low IS 'Lower edge, included, in currency.';
COMMENT ON COLUMN price_band.band_high IS 'Upper edge, excluded; NULL: open.';
COMMENT ON COLUMN price_band.currency IS 'Currency of the edges.';
COMMENT ON COLUMN price_band.listings IS 'Listings priced in the band.';
COMMENT ON COLUMN price_band.families IS 'Families whose lead''s price is in the band.';
COMMENT ON COLUMN price_band.listing_share IS 'listings / listings of all bands.';
COMMENT ON COLUMN price_band.units_30d_low IS 'Low end of units in 30 days; NULL: none known.';
COMMENT ON COLUMN price_band.units_30d_high IS 'High end of units in 30 days. NULL: no upper bound known.';
COMMENT ON COLUMN price_band.units_share IS 'units_30d_low / that of all bands.';
COMMENT ON COLUMN price_band.gmv_30d_low IS 'Low end of sales value in 30 days, in currency.';
COMMENT ON COLUMN price_band.gmv_30d_high IS 'High end of sales value in 30 days, in currency. NULL: no upper bound known.';
COMMENT ON COLUMN price_band.gmv_share IS 'gmv_30d_low / that of all bands.';
COMMENT ON COLUMN price_band.brands IS 'Known brands in the band.';
COMMENT ON COLUMN price_band.cr3 IS 'Share of the 3 largest brands of units_30d_low in the band; each family of unknown brand counts as a brand.';
COMMENT ON COLUMN price_band.own_listings IS 'Own listings in the band.';
COMMENT ON COLUMN price_band.gap IS 'units_share - listing_share: demand above supply where positive.';
COMMENT ON COLUMN price_band.market_band IS 'Whether it is the band with most units_30d_low (the cheaper one of equals).';
COMMENT ON COLUMN price_band.coverage IS 'Captured / expected items, 0 to 1.';
COMMENT ON COLUMN price_band.lower_bound_share IS 'Share of units_30d_low in the band of families without an upper bound.';

CREATE TABLE rank_movement (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, title VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR,
    previous_at TIMESTAMPTZ, rank INTEGER, previous_rank INTEGER, rank_change INTEGER,
    currency VARCHAR, price DECIMAL(18, 4), previous_price DECIMAL(18, 4), price_change DECIMAL(18, 4), price_change_share DOUBLE,
    entered BOOLEAN, dropped BOOLEAN, in_stock BOOLEAN, previous_in_stock BOOLEAN
);
ALTER TABLE rank_movement SET PARTITIONED BY (source);
COMMENT ON TABLE rank_movement IS 'An item of a complete snapshot, or one that dropped out of it, against the previous complete snapshot. Incomplete snapshots have no rows.';
COMMENT ON COLUMN rank_movement.source IS 'Source.';
COMMENT ON COLUMN rank_movement.category_id IS 'Category.';
COMMENT ON COLUMN rank_movement.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN rank_movement.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN rank_movement.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN rank_movement.title IS 'Title as shown (of the previous snapshot where it dropped out).';
COMMENT ON COLUMN rank_movement.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN rank_movement.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN rank_movement.ownership IS 'own or rival; NULL: neither.';
COMMENT ON COLUMN rank_movement.previous_at IS 'The previous complete snapshot, UTC; NULL: there is none.';
COMMENT ON COLUMN rank_movement.rank IS 'Organic rank now.';
COMMENT ON COLUMN rank_movement.previous_rank IS 'Organic rank then.';
COMMENT ON COLUMN rank_movement.rank_change IS 'previous_rank - rank: positive is up.';
COMMENT ON COLUMN rank_movement.currency IS 'ISO 4217 code of the prices.';
COMMENT ON COLUMN rank_movement.price IS 'Price now, in currency.';
COMMENT ON COLUMN rank_movement.previous_price IS 'Price then, in the same currency; NULL where the currency changed.';
COMMENT ON COLUMN rank_movement.price_change IS 'price - previous_price, in currency.';
COMMENT ON COLUMN rank_movement.price_change_share IS 'price_change / previous_price.';
COMMENT ON COLUMN rank_movement.entered IS 'Whether it was in no complete snapshot of the trailing 28 days; NULL: there was none to compare with.';
COMMENT ON COLUMN rank_movement.dropped IS 'Whether it was in the previous complete snapshot and is not in this one.';
COMMENT ON COLUMN rank_movement.in_stock IS 'Whether it can be bought now.';
COMMENT ON COLUMN rank_movement.previous_in_stock IS 'Whether it could be bought then.';

CREATE TABLE market_size (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    units_basis VARCHAR, currency VARCHAR, units_30d_low DOUBLE, units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE,
    listings INTEGER NOT NULL, families INTEGER NOT NULL, families_known INTEGER NOT NULL, median_price DOUBLE,
    stock_out_share DOUBLE, entrants INTEGER, dropouts INTEGER, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL,
    lower_bound_share DOUBLE
);
ALTER TABLE market_size SET PARTITIONED BY (source);
COMMENT ON TABLE market_size IS 'Size of the observed top N in one basis and currency. Every snapshot has at least one row; the counts of listings, families, stock and movement are of the whole snapshot.';
COMMENT ON COLUMN market_size.source IS 'Source.';
COMMENT ON COLUMN market_size.category_id IS 'Category.';
COMMENT ON COLUMN market_size.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN market_size.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN market_size.units_basis IS 'Basis of the sales figures; NULL: the snapshot shows none.';
COMMENT ON COLUMN market_size.currency IS 'Currency of the values; a family without one counts with the snapshot''s commonest.';
COMMENT ON COLUMN market_size.units_30d_low IS 'Low end of units in 30 days; NULL: none known.';
COMMENT ON COLUMN market_size.units_30d_high IS 'High end of units in 30 days. NULL: no upper bound known.';
COMMENT ON COLUMN market_size.gmv_30d_low IS 'Low end of sales value in 30 days, in currency; NULL: none known.';
COMMENT ON COLUMN market_size.gmv_30d_high IS 'High end of sales value in 30 days, in currency. NULL: no upper bound known.';
COMMENT ON COLUMN market_size.listings IS 'Organic listings.';
COMMENT ON COLUMN market_size.families IS 'Families.';
COMMENT ON COLUMN market_size.families_known IS 'Families of this basis and currency whose units_30d is known.';
COMMENT ON COLUMN market_size.median_price IS 'Median price of the organic listings in currency.';
COMMENT ON COLUMN market_size.stock_out_share IS 'Listings out of stock / listings whose stock is known.';
COMMENT ON COLUMN market_size.entrants IS 'Items that entered; NULL: nothing to compare with.';
COMMENT ON COLUMN market_size.dropouts IS 'Items that dropped out; NULL: nothing to compare with.';
COMMENT ON COLUMN market_size.coverage IS 'Captured / expected items, 0 to 1.';
COMMENT ON COLUMN market_size.complete IS 'Whether the snapshot is complete.';
COMMENT ON COLUMN market_size.lower_bound_share IS 'Share of units_30d_low of families without an upper bound.';
