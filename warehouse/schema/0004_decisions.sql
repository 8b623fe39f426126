-- Marts a decision is made from (margin, movement, verdict, own position, campaigns) and the reference data behind them.
-- Shares and coverage are 0 to 1; _low/_high are the proved ends of an interval; _high NULL: no upper bound known.

CREATE TABLE sourcing_cost (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, item_id VARCHAR, valid_from DATE,
    cost DECIMAL(18, 4) NOT NULL, currency VARCHAR NOT NULL, fee_share DOUBLE NOT NULL,
    fee_fixed DECIMAL(18, 4) NOT NULL, origin VARCHAR NOT NULL, note VARCHAR
);
COMMENT ON TABLE sourcing_cost IS 'What a unit costs the seller, mirrored from config/costs.csv: estimates.';
COMMENT ON COLUMN sourcing_cost.source IS 'Source.';
COMMENT ON COLUMN sourcing_cost.category_id IS 'Category.';
COMMENT ON COLUMN sourcing_cost.item_id IS 'Item or family the cost is of; NULL: what entering the category would cost a unit.';
COMMENT ON COLUMN sourcing_cost.valid_from IS 'First observed_on it holds for; NULL: from the start.';
COMMENT ON COLUMN sourcing_cost.cost IS 'Sourcing cost a unit, in currency.';
COMMENT ON COLUMN sourcing_cost.currency IS 'ISO 4217 code; only prices in it get a margin.';
COMMENT ON COLUMN sourcing_cost.fee_share IS 'Fees in proportion to the price, 0 to 1: commission, payment, returns.';
COMMENT ON COLUMN sourcing_cost.fee_fixed IS 'Fees a unit, in currency: shipping, packing, storage.';
COMMENT ON COLUMN sourcing_cost.origin IS 'own, 1688, quote or guess.';
COMMENT ON COLUMN sourcing_cost.note IS 'Free text.';

CREATE TABLE campaign_edition (
    campaign VARCHAR NOT NULL, title_en VARCHAR NOT NULL, title_zh VARCHAR NOT NULL, source VARCHAR,
    year INTEGER NOT NULL, starts_on DATE NOT NULL, ends_on DATE NOT NULL, before_on DATE NOT NULL,
    after_on DATE NOT NULL
);
COMMENT ON TABLE campaign_edition IS 'A campaign''s dates in one year, mirrored from config/campaigns.yaml.';
COMMENT ON COLUMN campaign_edition.campaign IS 'Key of the campaign.';
COMMENT ON COLUMN campaign_edition.title_en IS 'Title in English.';
COMMENT ON COLUMN campaign_edition.title_zh IS 'Title in Chinese.';
COMMENT ON COLUMN campaign_edition.source IS 'Source the dates hold for; NULL: every one without dates of its own.';
COMMENT ON COLUMN campaign_edition.year IS 'Year of the edition.';
COMMENT ON COLUMN campaign_edition.starts_on IS 'First day, in the source''s time zone.';
COMMENT ON COLUMN campaign_edition.ends_on IS 'Last day, included.';
COMMENT ON COLUMN campaign_edition.before_on IS 'First day of the period before it.';
COMMENT ON COLUMN campaign_edition.after_on IS 'Last day of the period after it.';

CREATE TABLE mart_version (
    digest VARCHAR NOT NULL
);
COMMENT ON TABLE mart_version IS 'Which SQL models the marts were made by, so that a change of theirs makes all marts again.';
COMMENT ON COLUMN mart_version.digest IS 'SHA-256 of the models'' files.';

CREATE TABLE item_margin (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, family_id VARCHAR NOT NULL, title VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR,
    ownership VARCHAR, rank INTEGER, band_no INTEGER, currency VARCHAR, price DECIMAL(18, 4),
    cost DECIMAL(18, 4) NOT NULL, cost_currency VARCHAR NOT NULL, cost_origin VARCHAR NOT NULL, cost_from DATE,
    fees DECIMAL(18, 4), margin DECIMAL(18, 4), margin_share DOUBLE, units_basis VARCHAR, units_30d_low DOUBLE,
    units_30d_high DOUBLE, profit_30d_low DOUBLE, profit_30d_high DOUBLE, counted BOOLEAN NOT NULL, missing VARCHAR,
    estimate BOOLEAN NOT NULL, coverage DOUBLE NOT NULL
);
ALTER TABLE item_margin SET PARTITIONED BY (source);
COMMENT ON TABLE item_margin IS 'An item whose sourcing cost config/costs.csv gives: margin and profit, an ESTIMATE. Sum only rows that are counted.';
COMMENT ON COLUMN item_margin.source IS 'Source.';
COMMENT ON COLUMN item_margin.category_id IS 'Category.';
COMMENT ON COLUMN item_margin.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN item_margin.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN item_margin.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN item_margin.family_id IS 'Family of variants that share one sales figure.';
COMMENT ON COLUMN item_margin.title IS 'Title as shown.';
COMMENT ON COLUMN item_margin.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN item_margin.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN item_margin.ownership IS 'own or rival; NULL: neither.';
COMMENT ON COLUMN item_margin.rank IS 'Organic rank; NULL: advertised only.';
COMMENT ON COLUMN item_margin.band_no IS 'Price band, from 1; NULL: none.';
COMMENT ON COLUMN item_margin.currency IS 'ISO 4217 code of price, cost, fees, margin and profit; NULL: no price shown.';
COMMENT ON COLUMN item_margin.price IS 'Price now, in currency; of a range the low end.';
COMMENT ON COLUMN item_margin.cost IS 'Sourcing cost a unit, in cost_currency.';
COMMENT ON COLUMN item_margin.cost_currency IS 'ISO 4217 code of the cost and the fixed fee.';
COMMENT ON COLUMN item_margin.cost_origin IS 'Where the cost is from, as written in costs.csv: own, 1688, quote or guess.';
COMMENT ON COLUMN item_margin.cost_from IS 'First date the cost holds for; NULL: from the start.';
COMMENT ON COLUMN item_margin.fees IS 'price x fee share + fixed fee a unit, in currency.';
COMMENT ON COLUMN item_margin.margin IS 'price - cost - fees a unit, in currency; an estimate.';
COMMENT ON COLUMN item_margin.margin_share IS 'margin / price.';
COMMENT ON COLUMN item_margin.units_basis IS 'Basis of the sales figures: cumulative, trailing, period or modelled; NULL: none is shown.';
COMMENT ON COLUMN item_margin.units_30d_low IS 'Low end of units in 30 days; NULL: none known.';
COMMENT ON COLUMN item_margin.units_30d_high IS 'High end of units in 30 days. NULL: no upper bound known.';
COMMENT ON COLUMN item_margin.profit_30d_low IS 'Low end of 30 days of units x margin, in currency; an estimate. NULL: not known or no bound.';
COMMENT ON COLUMN item_margin.profit_30d_high IS 'High end of 30 days of units x margin, in currency; an estimate. NULL: not known or no bound.';
COMMENT ON COLUMN item_margin.counted IS 'TRUE for one item a family (the best ranked with a profit): variants show their parent''s sales, so sum only these.';
COMMENT ON COLUMN item_margin.missing IS 'Why margin or profit is not told: price (none shown), currency (cost in another one), units (no sales rate known); NULL: nothing is missing.';
COMMENT ON COLUMN item_margin.estimate IS 'TRUE: fees and costs are what the operator wrote, not what the marketplace told.';
COMMENT ON COLUMN item_margin.coverage IS 'Captured / expected items, 0 to 1.';

CREATE TABLE entrant (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, title VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR, rank INTEGER,
    currency VARCHAR, price DECIMAL(18, 4)
);
ALTER TABLE entrant SET PARTITIONED BY (source);
COMMENT ON TABLE entrant IS 'An item''s entry into the observed top N: in no complete snapshot of the 28 days before.';
COMMENT ON COLUMN entrant.source IS 'Source.';
COMMENT ON COLUMN entrant.category_id IS 'Category.';
COMMENT ON COLUMN entrant.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN entrant.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN entrant.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN entrant.title IS 'Title as shown.';
COMMENT ON COLUMN entrant.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN entrant.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN entrant.ownership IS 'own or rival; NULL: neither.';
COMMENT ON COLUMN entrant.rank IS 'Organic rank at entry.';
COMMENT ON COLUMN entrant.currency IS 'ISO 4217 code of the price.';
COMMENT ON COLUMN entrant.price IS 'Price at entry, in currency.';

CREATE TABLE entrant_survival (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    window_days INTEGER NOT NULL, observed_from_on DATE, snapshots INTEGER NOT NULL, entrants INTEGER NOT NULL,
    stayed INTEGER, survival DOUBLE, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL
);
ALTER TABLE entrant_survival SET PARTITIONED BY (source);
COMMENT ON TABLE entrant_survival IS 'How many of those that entered a category''s observed top N in the trailing 90 days are still in it.';
COMMENT ON COLUMN entrant_survival.source IS 'Source.';
COMMENT ON COLUMN entrant_survival.category_id IS 'Category.';
COMMENT ON COLUMN entrant_survival.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN entrant_survival.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN entrant_survival.window_days IS 'Days looked back on: 90.';
COMMENT ON COLUMN entrant_survival.observed_from_on IS 'First date with a complete snapshot in the window; later than its start: the history is shorter.';
COMMENT ON COLUMN entrant_survival.snapshots IS 'Complete snapshots in the window, this one included.';
COMMENT ON COLUMN entrant_survival.entrants IS 'Items that entered in the window before this snapshot, each once.';
COMMENT ON COLUMN entrant_survival.stayed IS 'Those of them in this snapshot''s organic list; NULL: the snapshot is incomplete.';
COMMENT ON COLUMN entrant_survival.survival IS 'stayed / entrants, 0 to 1; NULL: nobody entered or the snapshot is incomplete.';
COMMENT ON COLUMN entrant_survival.coverage IS 'Captured / expected items, 0 to 1.';
COMMENT ON COLUMN entrant_survival.complete IS 'Whether the snapshot is complete.';

CREATE TABLE category_verdict (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    verdict VARCHAR, verdict_set VARCHAR NOT NULL, suppressed VARCHAR, reasons VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL, measure VARCHAR, units_basis VARCHAR, other_bases INTEGER NOT NULL,
    families INTEGER NOT NULL, families_known INTEGER NOT NULL, hhi DOUBLE, hhi_low DOUBLE, hhi_high DOUBLE,
    level VARCHAR, level_set VARCHAR NOT NULL, hhi_before DOUBLE, hhi_before_on DATE, hhi_change DOUBLE,
    hhi_trend VARCHAR, cr1 DOUBLE, cr3 DOUBLE, effective_brands DOUBLE, top_brand VARCHAR, top_brand_share DOUBLE,
    top_brands VARCHAR, unknown_brand_share DOUBLE, lower_bound_share DOUBLE, entrants INTEGER NOT NULL, stayed INTEGER,
    survival DOUBLE, survival_from_on DATE, band_set VARCHAR, gap_band_no INTEGER, gap_band_low DECIMAL(18, 4),
    gap_band_high DECIMAL(18, 4), band_currency VARCHAR, gap_units_share DOUBLE, gap_listing_share DOUBLE, gap DOUBLE,
    market_band_no INTEGER, market_band_low DECIMAL(18, 4), market_band_high DECIMAL(18, 4), entry_price DECIMAL(18, 4),
    entry_cost DECIMAL(18, 4), entry_cost_origin VARCHAR, entry_margin DECIMAL(18, 4), entry_margin_share DOUBLE,
    entry_missing VARCHAR, own_listings INTEGER NOT NULL, own_rank INTEGER, own_share DOUBLE, units_30d_low DOUBLE,
    units_30d_high DOUBLE, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL
);
ALTER TABLE category_verdict SET PARTITIONED BY (source);
COMMENT ON TABLE category_verdict IS 'What a seller looks at before entering a category: figures, the rule that reads them, and its reasons. Of the observed top N; no score.';
COMMENT ON COLUMN category_verdict.source IS 'Source.';
COMMENT ON COLUMN category_verdict.category_id IS 'Category.';
COMMENT ON COLUMN category_verdict.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN category_verdict.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN category_verdict.verdict IS 'open, contested or closed by the rule of docs/metrics.md 11; NULL: suppressed.';
COMMENT ON COLUMN category_verdict.verdict_set IS 'Version of the rule.';
COMMENT ON COLUMN category_verdict.suppressed IS 'Why there is no verdict: incomplete, coverage (under 0.9), few_families (under 20) or no_concentration; NULL: there is one.';
COMMENT ON COLUMN category_verdict.reasons IS 'Codes of the sentence''s parts in their order, separated by commas; empty: none.';
COMMENT ON COLUMN category_verdict.sentence IS 'The verdict with its reasons in English.';
COMMENT ON COLUMN category_verdict.measure IS 'Measure of concentration: units_30d, else units_shown, else listings, whichever is known.';
COMMENT ON COLUMN category_verdict.units_basis IS 'Basis of the sales figures read: the one of most families; NULL: none is shown.';
COMMENT ON COLUMN category_verdict.other_bases IS 'Further bases or windows that the snapshot shows and that are not in these figures.';
COMMENT ON COLUMN category_verdict.families IS 'Families in the observed top N.';
COMMENT ON COLUMN category_verdict.families_known IS 'Families counted in the measure.';
COMMENT ON COLUMN category_verdict.hhi IS 'Herfindahl-Hirschman index of brands, 0 to 10,000.';
COMMENT ON COLUMN category_verdict.hhi_low IS 'Proved lower bound of hhi.';
COMMENT ON COLUMN category_verdict.hhi_high IS 'Upper bound of hhi.';
COMMENT ON COLUMN category_verdict.level IS 'unconcentrated, moderate or high; NULL: not told.';
COMMENT ON COLUMN category_verdict.level_set IS 'Thresholds of level.';
COMMENT ON COLUMN category_verdict.hhi_before IS 'hhi of the same measure and basis at the last complete snapshot at least 28 and at most 42 days before; NULL: there is none.';
COMMENT ON COLUMN category_verdict.hhi_before_on IS 'Date of hhi_before.';
COMMENT ON COLUMN category_verdict.hhi_change IS 'hhi - hhi_before.';
COMMENT ON COLUMN category_verdict.hhi_trend IS 'rising or falling by at least 5 % of hhi_before, else steady; NULL: nothing to compare with.';
COMMENT ON COLUMN category_verdict.cr1 IS 'Share of the largest brand.';
COMMENT ON COLUMN category_verdict.cr3 IS 'Share of the 3 largest.';
COMMENT ON COLUMN category_verdict.effective_brands IS '10,000 / hhi.';
COMMENT ON COLUMN category_verdict.top_brand IS 'Largest known brand of the measure.';
COMMENT ON COLUMN category_verdict.top_brand_share IS 'Its share, 0 to 1.';
COMMENT ON COLUMN category_verdict.top_brands IS 'The up to 3 largest known brands, separated by commas.';
COMMENT ON COLUMN category_verdict.unknown_brand_share IS 'Share of the measure of families of unknown brand.';
COMMENT ON COLUMN category_verdict.lower_bound_share IS 'Share of the measure of families without an upper bound.';
COMMENT ON COLUMN category_verdict.entrants IS 'Items that entered in the trailing 90 days before this snapshot.';
COMMENT ON COLUMN category_verdict.stayed IS 'Those still in the list.';
COMMENT ON COLUMN category_verdict.survival IS 'stayed / entrants, 0 to 1.';
COMMENT ON COLUMN category_verdict.survival_from_on IS 'First date with a complete snapshot in the 90 days.';
COMMENT ON COLUMN category_verdict.band_set IS 'Version of the price band edges.';
COMMENT ON COLUMN category_verdict.gap_band_no IS 'Band where demand exceeds supply most (largest positive gap); NULL: none does.';
COMMENT ON COLUMN category_verdict.gap_band_low IS 'Its lower edge, included, in band_currency.';
COMMENT ON COLUMN category_verdict.gap_band_high IS 'Its upper edge, excluded; NULL: open.';
COMMENT ON COLUMN category_verdict.band_currency IS 'ISO 4217 code of edges, price, cost and margin.';
COMMENT ON COLUMN category_verdict.gap_units_share IS 'Its share of units, 0 to 1.';
COMMENT ON COLUMN category_verdict.gap_listing_share IS 'Its share of listings, 0 to 1.';
COMMENT ON COLUMN category_verdict.gap IS 'gap_units_share - gap_listing_share.';
COMMENT ON COLUMN category_verdict.market_band_no IS 'Band with most units; NULL: none known.';
COMMENT ON COLUMN category_verdict.market_band_low IS 'Its lower edge.';
COMMENT ON COLUMN category_verdict.market_band_high IS 'Its upper edge; NULL: open.';
COMMENT ON COLUMN category_verdict.entry_price IS 'Price a margin is reckoned at: median of the organic listings in the gap band (none: in the market band).';
COMMENT ON COLUMN category_verdict.entry_cost IS 'Sourcing cost a unit: the category''s row of costs.csv; NULL: none given.';
COMMENT ON COLUMN category_verdict.entry_cost_origin IS 'Where the cost is from: own, 1688, quote or guess.';
COMMENT ON COLUMN category_verdict.entry_margin IS 'entry_price - entry_cost - fees a unit; an estimate.';
COMMENT ON COLUMN category_verdict.entry_margin_share IS 'entry_margin / entry_price; an estimate.';
COMMENT ON COLUMN category_verdict.entry_missing IS 'Why there is no entry margin: cost, currency or price; NULL: there is one.';
COMMENT ON COLUMN category_verdict.own_listings IS 'Own organic listings.';
COMMENT ON COLUMN category_verdict.own_rank IS 'Best organic rank of an own listing; NULL: none is in the list.';
COMMENT ON COLUMN category_verdict.own_share IS 'Share of own brands and items in the measure, 0 to 1, by family; NULL: not known.';
COMMENT ON COLUMN category_verdict.units_30d_low IS 'Low end of units in 30 days of the basis.';
COMMENT ON COLUMN category_verdict.units_30d_high IS 'High end of units in 30 days of the basis. NULL: no upper bound known.';
COMMENT ON COLUMN category_verdict.coverage IS 'Captured / expected items, 0 to 1.';
COMMENT ON COLUMN category_verdict.complete IS 'Whether the snapshot is complete.';

CREATE TABLE own_position (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, family_id VARCHAR NOT NULL, title VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR,
    watch_group VARCHAR, presence VARCHAR NOT NULL, entered BOOLEAN, previous_at TIMESTAMPTZ, rank INTEGER,
    previous_rank INTEGER, rank_change INTEGER, currency VARCHAR, price DECIMAL(18, 4), previous_price DECIMAL(18, 4),
    price_change_share DOUBLE, in_stock BOOLEAN, stock_change VARCHAR, band_set VARCHAR, band_no INTEGER,
    band_low DECIMAL(18, 4), band_high DECIMAL(18, 4), market_band_no INTEGER, market_band_low DECIMAL(18, 4),
    market_band_high DECIMAL(18, 4), in_market_band BOOLEAN, units_basis VARCHAR, units_30d_low DOUBLE,
    units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE, units_share DOUBLE, units_share_low DOUBLE,
    units_share_high DOUBLE, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL
);
ALTER TABLE own_position SET PARTITIONED BY (source);
COMMENT ON TABLE own_position IS 'An own product in a category: where it stands, against the market. Dropped and only advertised ones have a row too.';
COMMENT ON COLUMN own_position.source IS 'Source.';
COMMENT ON COLUMN own_position.category_id IS 'Category.';
COMMENT ON COLUMN own_position.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN own_position.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN own_position.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN own_position.family_id IS 'Family of variants that share one sales figure.';
COMMENT ON COLUMN own_position.title IS 'Title as shown.';
COMMENT ON COLUMN own_position.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN own_position.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN own_position.watch_group IS 'Group of the watchlist.';
COMMENT ON COLUMN own_position.presence IS 'listed, advertised (no organic entry) or dropped (in the previous complete snapshot, not in this complete one).';
COMMENT ON COLUMN own_position.entered IS 'Whether it was in no complete snapshot of the trailing 28 days; NULL: not told.';
COMMENT ON COLUMN own_position.previous_at IS 'The previous complete snapshot, UTC; NULL: none, or this one is incomplete.';
COMMENT ON COLUMN own_position.rank IS 'Organic rank now.';
COMMENT ON COLUMN own_position.previous_rank IS 'Organic rank then.';
COMMENT ON COLUMN own_position.rank_change IS 'previous_rank - rank: positive is up.';
COMMENT ON COLUMN own_position.currency IS 'ISO 4217 code of prices and values.';
COMMENT ON COLUMN own_position.price IS 'Price now, in currency.';
COMMENT ON COLUMN own_position.previous_price IS 'Price then, in the same currency.';
COMMENT ON COLUMN own_position.price_change_share IS '(price - previous_price) / previous_price.';
COMMENT ON COLUMN own_position.in_stock IS 'Whether it can be bought now; NULL: not shown.';
COMMENT ON COLUMN own_position.stock_change IS 'out or back since the previous complete snapshot; NULL: neither.';
COMMENT ON COLUMN own_position.band_set IS 'Version of the price band edges.';
COMMENT ON COLUMN own_position.band_no IS 'Price band, from 1; NULL: no price or no bands.';
COMMENT ON COLUMN own_position.band_low IS 'Its lower edge, included.';
COMMENT ON COLUMN own_position.band_high IS 'Its upper edge, excluded; NULL: open.';
COMMENT ON COLUMN own_position.market_band_no IS 'Band with most units, in the item''s basis (or the commonest one); NULL: none known.';
COMMENT ON COLUMN own_position.market_band_low IS 'Its lower edge.';
COMMENT ON COLUMN own_position.market_band_high IS 'Its upper edge; NULL: open.';
COMMENT ON COLUMN own_position.in_market_band IS 'Whether the item''s price is in the market band; NULL: not known.';
COMMENT ON COLUMN own_position.units_basis IS 'Basis of the sales figures: cumulative, trailing, period or modelled; NULL: none is shown.';
COMMENT ON COLUMN own_position.units_30d_low IS 'Low end of units in 30 days; NULL: none known.';
COMMENT ON COLUMN own_position.units_30d_high IS 'High end of units in 30 days. NULL: no upper bound known.';
COMMENT ON COLUMN own_position.gmv_30d_low IS 'Low end of sales value in 30 days, in currency; NULL: none known.';
COMMENT ON COLUMN own_position.gmv_30d_high IS 'High end of sales value in 30 days, in currency. NULL: no upper bound known.';
COMMENT ON COLUMN own_position.units_share IS 'Share of its family in the units of the observed top N, on the low ends; variants show their family''s.';
COMMENT ON COLUMN own_position.units_share_low IS 'Lower bound of units_share.';
COMMENT ON COLUMN own_position.units_share_high IS 'Upper bound of units_share.';
COMMENT ON COLUMN own_position.coverage IS 'Captured / expected items, 0 to 1.';
COMMENT ON COLUMN own_position.complete IS 'Whether the snapshot is complete.';

CREATE TABLE campaign_category (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, campaign VARCHAR NOT NULL, year INTEGER NOT NULL,
    phase VARCHAR NOT NULL, from_on DATE, to_on DATE, days INTEGER, days_observed INTEGER NOT NULL,
    observed_at TIMESTAMPTZ, missing VARCHAR, units_basis VARCHAR, currency VARCHAR, units_30d_low DOUBLE,
    units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE, median_price DOUBLE, listings DOUBLE,
    stock_out_share DOUBLE, entrants INTEGER, dropouts INTEGER, hhi DOUBLE, cr3 DOUBLE, coverage DOUBLE,
    lower_bound_share DOUBLE, figure_share DOUBLE, units_change DOUBLE, units_change_low DOUBLE,
    units_change_high DOUBLE, price_change DOUBLE
);
ALTER TABLE campaign_category SET PARTITIONED BY (source);
COMMENT ON TABLE campaign_category IS 'A category in one phase of a campaign, against the days before it and the same campaign a year earlier. Means of daily figures of complete snapshots, of the observed top N.';
COMMENT ON COLUMN campaign_category.source IS 'Source.';
COMMENT ON COLUMN campaign_category.category_id IS 'Category.';
COMMENT ON COLUMN campaign_category.campaign IS 'Campaign: its key in config/campaigns.yaml.';
COMMENT ON COLUMN campaign_category.year IS 'Year of the edition the row belongs to.';
COMMENT ON COLUMN campaign_category.phase IS 'before, during, after, or last_year: the days of the same campaign a year earlier.';
COMMENT ON COLUMN campaign_category.from_on IS 'First day of the phase, in the source''s time zone; NULL: there is no edition a year earlier.';
COMMENT ON COLUMN campaign_category.to_on IS 'Last day of the phase, included; NULL: there is no edition a year earlier.';
COMMENT ON COLUMN campaign_category.days IS 'Days of the phase.';
COMMENT ON COLUMN campaign_category.days_observed IS 'Days of the phase with a complete snapshot of the category: the ones the figures are made from, the last one a day.';
COMMENT ON COLUMN campaign_category.observed_at IS 'The last snapshot the row was made from, UTC; NULL: none.';
COMMENT ON COLUMN campaign_category.missing IS 'Why there are no figures: no_edition (none is configured a year earlier), not_observed (no complete snapshot in the phase), not_listed (observed, but it was not in the list), no_figures (listed, without a known rate); NULL: nothing is missing.';
COMMENT ON COLUMN campaign_category.units_basis IS 'Basis of the sales figures; bases are never mixed. NULL: none is shown.';
COMMENT ON COLUMN campaign_category.currency IS 'ISO 4217 code of prices and values.';
COMMENT ON COLUMN campaign_category.units_30d_low IS 'Mean over the days with a figure of the low end of units in 30 days.';
COMMENT ON COLUMN campaign_category.units_30d_high IS 'Mean of the high ends. NULL: on some day no upper bound is known.';
COMMENT ON COLUMN campaign_category.gmv_30d_low IS 'Mean of the low ends of sales value in 30 days, in currency.';
COMMENT ON COLUMN campaign_category.gmv_30d_high IS 'Mean of the high ends, in currency. NULL: on some day no upper bound is known.';
COMMENT ON COLUMN campaign_category.median_price IS 'Mean over the days of the median price of the organic listings, in currency.';
COMMENT ON COLUMN campaign_category.listings IS 'Mean number of organic listings a day.';
COMMENT ON COLUMN campaign_category.stock_out_share IS 'Mean over the days of the share of listings out of stock.';
COMMENT ON COLUMN campaign_category.entrants IS 'Items that entered in the phase, by snapshot summed.';
COMMENT ON COLUMN campaign_category.dropouts IS 'Items that dropped out in the phase, by snapshot summed.';
COMMENT ON COLUMN campaign_category.hhi IS 'Mean over the days of hhi of units_30d in the basis.';
COMMENT ON COLUMN campaign_category.cr3 IS 'Mean over the days of the share of the 3 largest brands.';
COMMENT ON COLUMN campaign_category.coverage IS 'Mean over the days of captured / expected items, 0 to 1.';
COMMENT ON COLUMN campaign_category.lower_bound_share IS 'Mean over the days of the share of units_30d_low without an upper bound.';
COMMENT ON COLUMN campaign_category.figure_share IS 'Share of the time the figures cover (trailing windows, days between counters) that lies inside the phase, 0 to 1: below 1 they tell of the days before it too.';
COMMENT ON COLUMN campaign_category.units_change IS 'units_30d_low / that of the phase before - 1; NULL in the phase before itself or where either is missing or 0.';
COMMENT ON COLUMN campaign_category.units_change_low IS 'Proved lower end of the change: low / high of before - 1. NULL: no bound.';
COMMENT ON COLUMN campaign_category.units_change_high IS 'Upper end of the change: high / low of before - 1. NULL: no bound.';
COMMENT ON COLUMN campaign_category.price_change IS 'median_price / that of the phase before - 1.';

CREATE TABLE campaign_brand (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, campaign VARCHAR NOT NULL, year INTEGER NOT NULL,
    phase VARCHAR NOT NULL, from_on DATE, to_on DATE, days INTEGER, days_observed INTEGER NOT NULL,
    observed_at TIMESTAMPTZ, missing VARCHAR, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR, units_basis VARCHAR,
    currency VARCHAR, days_listed INTEGER NOT NULL, units_30d_low DOUBLE, units_30d_high DOUBLE, gmv_30d_low DOUBLE,
    gmv_30d_high DOUBLE, units_share DOUBLE, gmv_share DOUBLE, mean_rank DOUBLE, price DOUBLE, listings DOUBLE,
    figure_share DOUBLE, units_change DOUBLE, units_change_low DOUBLE, units_change_high DOUBLE, share_change DOUBLE,
    price_change DOUBLE
);
ALTER TABLE campaign_brand SET PARTITIONED BY (source);
COMMENT ON TABLE campaign_brand IS 'A brand in one phase of a campaign, against the days before it and the same campaign a year earlier. Means of daily figures of complete snapshots, of the observed top N.';
COMMENT ON COLUMN campaign_brand.source IS 'Source.';
COMMENT ON COLUMN campaign_brand.category_id IS 'Category.';
COMMENT ON COLUMN campaign_brand.campaign IS 'Campaign: its key in config/campaigns.yaml.';
COMMENT ON COLUMN campaign_brand.year IS 'Year of the edition the row belongs to.';
COMMENT ON COLUMN campaign_brand.phase IS 'before, during, after, or last_year: the days of the same campaign a year earlier.';
COMMENT ON COLUMN campaign_brand.from_on IS 'First day of the phase, in the source''s time zone; NULL: there is no edition a year earlier.';
COMMENT ON COLUMN campaign_brand.to_on IS 'Last day of the phase, included; NULL: there is no edition a year earlier.';
COMMENT ON COLUMN campaign_brand.days IS 'Days of the phase.';
COMMENT ON COLUMN campaign_brand.days_observed IS 'Days of the phase with a complete snapshot of the category: the ones the figures are made from, the last one a day.';
COMMENT ON COLUMN campaign_brand.observed_at IS 'The last snapshot the row was made from, UTC; NULL: none.';
COMMENT ON COLUMN campaign_brand.missing IS 'Why there are no figures: no_edition (none is configured a year earlier), not_observed (no complete snapshot in the phase), not_listed (observed, but it was not in the list), no_figures (listed, without a known rate); NULL: nothing is missing.';
COMMENT ON COLUMN campaign_brand.brand_key IS 'Folded canonical brand; NULL: the unknown together.';
COMMENT ON COLUMN campaign_brand.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN campaign_brand.ownership IS 'own or rival; NULL: neither.';
COMMENT ON COLUMN campaign_brand.units_basis IS 'Basis of the sales figures; bases are never mixed. NULL: none is shown.';
COMMENT ON COLUMN campaign_brand.currency IS 'ISO 4217 code of prices and values.';
COMMENT ON COLUMN campaign_brand.days_listed IS 'Observed days on which it was in the list.';
COMMENT ON COLUMN campaign_brand.units_30d_low IS 'Mean over the days with a figure of the low end of units in 30 days.';
COMMENT ON COLUMN campaign_brand.units_30d_high IS 'Mean of the high ends. NULL: on some day no upper bound is known.';
COMMENT ON COLUMN campaign_brand.gmv_30d_low IS 'Mean of the low ends of sales value in 30 days, in currency.';
COMMENT ON COLUMN campaign_brand.gmv_30d_high IS 'Mean of the high ends, in currency. NULL: on some day no upper bound is known.';
COMMENT ON COLUMN campaign_brand.units_share IS 'Sum of its units_30d_low / that of all, over the days observed: a day without it counts as none.';
COMMENT ON COLUMN campaign_brand.gmv_share IS 'The same of gmv_30d_low in currency.';
COMMENT ON COLUMN campaign_brand.mean_rank IS 'Mean over the days listed of its place by units among known brands; NULL: the unknown.';
COMMENT ON COLUMN campaign_brand.price IS 'Mean price of its organic listings over the days, in currency.';
COMMENT ON COLUMN campaign_brand.listings IS 'Mean number of organic listings a day.';
COMMENT ON COLUMN campaign_brand.figure_share IS 'Share of the time the figures cover (trailing windows, days between counters) that lies inside the phase, 0 to 1: below 1 they tell of the days before it too.';
COMMENT ON COLUMN campaign_brand.units_change IS 'units_30d_low / that of the phase before - 1; NULL in the phase before itself or where either is missing or 0.';
COMMENT ON COLUMN campaign_brand.units_change_low IS 'Proved lower end of the change: low / high of before - 1. NULL: no bound.';
COMMENT ON COLUMN campaign_brand.units_change_high IS 'Upper end of the change: high / low of before - 1. NULL: no bound.';
COMMENT ON COLUMN campaign_brand.share_change IS 'units_share - that of the phase before: in points of share, 0 to 1.';
COMMENT ON COLUMN campaign_brand.price_change IS 'price / that of the phase before - 1.';

CREATE TABLE campaign_item (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, campaign VARCHAR NOT NULL, year INTEGER NOT NULL,
    phase VARCHAR NOT NULL, from_on DATE, to_on DATE, days INTEGER, days_observed INTEGER NOT NULL,
    observed_at TIMESTAMPTZ, missing VARCHAR, item_id VARCHAR NOT NULL, family_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR, units_basis VARCHAR, currency VARCHAR,
    days_listed INTEGER NOT NULL, units_30d_low DOUBLE, units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE,
    units_share DOUBLE, best_rank INTEGER, mean_rank DOUBLE, price DOUBLE, price_low DECIMAL(18, 4),
    stock_out_share DOUBLE, figure_share DOUBLE, units_change DOUBLE, units_change_low DOUBLE, units_change_high DOUBLE,
    rank_change DOUBLE, price_change DOUBLE
);
ALTER TABLE campaign_item SET PARTITIONED BY (source);
COMMENT ON TABLE campaign_item IS 'An item in one phase of a campaign, against the days before it and the same campaign a year earlier. Means of daily figures of complete snapshots; variants show their family''s sales.';
COMMENT ON COLUMN campaign_item.source IS 'Source.';
COMMENT ON COLUMN campaign_item.category_id IS 'Category.';
COMMENT ON COLUMN campaign_item.campaign IS 'Campaign: its key in config/campaigns.yaml.';
COMMENT ON COLUMN campaign_item.year IS 'Year of the edition the row belongs to.';
COMMENT ON COLUMN campaign_item.phase IS 'before, during, after, or last_year: the days of the same campaign a year earlier.';
COMMENT ON COLUMN campaign_item.from_on IS 'First day of the phase, in the source''s time zone; NULL: there is no edition a year earlier.';
COMMENT ON COLUMN campaign_item.to_on IS 'Last day of the phase, included; NULL: there is no edition a year earlier.';
COMMENT ON COLUMN campaign_item.days IS 'Days of the phase.';
COMMENT ON COLUMN campaign_item.days_observed IS 'Days of the phase with a complete snapshot of the category: the ones the figures are made from, the last one a day.';
COMMENT ON COLUMN campaign_item.observed_at IS 'The last snapshot the row was made from, UTC; NULL: none.';
COMMENT ON COLUMN campaign_item.missing IS 'Why there are no figures: no_edition (none is configured a year earlier), not_observed (no complete snapshot in the phase), not_listed (observed, but it was not in the list), no_figures (listed, without a known rate); NULL: nothing is missing.';
COMMENT ON COLUMN campaign_item.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN campaign_item.family_id IS 'Family of variants that share one sales figure.';
COMMENT ON COLUMN campaign_item.title IS 'Title as shown.';
COMMENT ON COLUMN campaign_item.brand_key IS 'Folded canonical brand; NULL: unknown.';
COMMENT ON COLUMN campaign_item.brand IS 'Canonical brand; NULL: unknown.';
COMMENT ON COLUMN campaign_item.ownership IS 'own or rival; NULL: neither.';
COMMENT ON COLUMN campaign_item.units_basis IS 'Basis of the sales figures; bases are never mixed. NULL: none is shown.';
COMMENT ON COLUMN campaign_item.currency IS 'ISO 4217 code of prices and values.';
COMMENT ON COLUMN campaign_item.days_listed IS 'Observed days on which it was in the list.';
COMMENT ON COLUMN campaign_item.units_30d_low IS 'Mean over the days with a figure of the low end of units in 30 days.';
COMMENT ON COLUMN campaign_item.units_30d_high IS 'Mean of the high ends. NULL: on some day no upper bound is known.';
COMMENT ON COLUMN campaign_item.gmv_30d_low IS 'Mean of the low ends of sales value in 30 days, in currency.';
COMMENT ON COLUMN campaign_item.gmv_30d_high IS 'Mean of the high ends, in currency. NULL: on some day no upper bound is known.';
COMMENT ON COLUMN campaign_item.units_share IS 'Sum of its units_30d_low / that of the category in its basis, over the days observed.';
COMMENT ON COLUMN campaign_item.best_rank IS 'Best organic rank.';
COMMENT ON COLUMN campaign_item.mean_rank IS 'Mean organic rank over the days listed.';
COMMENT ON COLUMN campaign_item.price IS 'Mean price over the days, in currency.';
COMMENT ON COLUMN campaign_item.price_low IS 'Lowest price, in currency.';
COMMENT ON COLUMN campaign_item.stock_out_share IS 'Days out of stock / days whose stock is known.';
COMMENT ON COLUMN campaign_item.figure_share IS 'Share of the time the figures cover (trailing windows, days between counters) that lies inside the phase, 0 to 1: below 1 they tell of the days before it too.';
COMMENT ON COLUMN campaign_item.units_change IS 'units_30d_low / that of the phase before - 1; NULL in the phase before itself or where either is missing or 0.';
COMMENT ON COLUMN campaign_item.units_change_low IS 'Proved lower end of the change: low / high of before - 1. NULL: no bound.';
COMMENT ON COLUMN campaign_item.units_change_high IS 'Upper end of the change: high / low of before - 1. NULL: no bound.';
COMMENT ON COLUMN campaign_item.rank_change IS 'mean_rank of the phase before - mean_rank: positive is up.';
COMMENT ON COLUMN campaign_item.price_change IS 'price / that of the phase before - 1.';

ALTER TABLE market_size ADD COLUMN price_rises INTEGER;
COMMENT ON COLUMN market_size.price_rises IS 'Items dearer than in the previous complete snapshot, in the same currency; NULL: nothing to compare with.';
ALTER TABLE market_size ADD COLUMN price_cuts INTEGER;
COMMENT ON COLUMN market_size.price_cuts IS 'Items cheaper than in the previous complete snapshot; NULL: nothing to compare with.';
ALTER TABLE market_size ADD COLUMN stock_outs INTEGER;
COMMENT ON COLUMN market_size.stock_outs IS 'Items that went out of stock since the previous complete snapshot; NULL: nothing to compare with.';
ALTER TABLE market_size ADD COLUMN restocks INTEGER;
COMMENT ON COLUMN market_size.restocks IS 'Items that came back into stock; NULL: nothing to compare with.';
