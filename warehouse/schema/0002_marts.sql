-- Marts: each is filled by transforms/models/NAME.sql, replaced by partition (source, category_id, observed_at).
-- Shares and coverage are 0 to 1; _low/_high are the proved ends of an interval; _high NULL: no upper bound known.

CREATE TABLE item_day (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, family_id VARCHAR NOT NULL, title VARCHAR NOT NULL, url VARCHAR,
    brand_key VARCHAR, brand VARCHAR, shop VARCHAR, ownership VARCHAR, watch_group VARCHAR,
    rank INTEGER, sponsored BOOLEAN NOT NULL, in_stock BOOLEAN, rating DOUBLE, review_count BIGINT,
    currency VARCHAR, price DECIMAL(18, 4), price_high DECIMAL(18, 4), list_price DECIMAL(18, 4), band_no INTEGER,
    units_low BIGINT, units_high BIGINT, units_basis VARCHAR, units_window_days INTEGER, units_text VARCHAR,
    rate_from_at TIMESTAMPTZ, counter_reset BOOLEAN NOT NULL,
    units_per_day_low DOUBLE, units_per_day_high DOUBLE, units_30d_low DOUBLE, units_30d_high DOUBLE,
    gmv_30d_low DOUBLE, gmv_30d_high DOUBLE, capture_id VARCHAR NOT NULL
);
ALTER TABLE item_day SET PARTITIONED BY (source);

CREATE TABLE family_day (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    family_id VARCHAR NOT NULL, lead_item_id VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR,
    listings INTEGER NOT NULL, rank INTEGER, currency VARCHAR, price DECIMAL(18, 4), band_no INTEGER,
    units_low BIGINT, units_high BIGINT, units_basis VARCHAR, units_window_days INTEGER,
    units_30d_low DOUBLE, units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE
);
ALTER TABLE family_day SET PARTITIONED BY (source);

CREATE TABLE brand_share (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    measure VARCHAR NOT NULL, units_basis VARCHAR, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR,
    value_low DOUBLE NOT NULL, value_high DOUBLE, share DOUBLE, share_low DOUBLE, share_high DOUBLE,
    families INTEGER NOT NULL, listings INTEGER NOT NULL, brand_rank INTEGER
);
ALTER TABLE brand_share SET PARTITIONED BY (source);

CREATE TABLE brand_concentration (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    measure VARCHAR NOT NULL, units_basis VARCHAR,
    cr1 DOUBLE, cr3 DOUBLE, cr4 DOUBLE, cr5 DOUBLE, cr10 DOUBLE,
    hhi DOUBLE, hhi_low DOUBLE, hhi_high DOUBLE, effective_brands DOUBLE, level VARCHAR, level_set VARCHAR NOT NULL,
    total_low DOUBLE NOT NULL, total_high DOUBLE, families INTEGER NOT NULL, families_known INTEGER NOT NULL,
    brands INTEGER NOT NULL, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL,
    unknown_brand_share DOUBLE, lower_bound_share DOUBLE
);
ALTER TABLE brand_concentration SET PARTITIONED BY (source);

CREATE TABLE price_band (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    units_basis VARCHAR, band_set VARCHAR NOT NULL, band_no INTEGER NOT NULL, band_low DECIMAL(18, 4) NOT NULL,
    band_high DECIMAL(18, 4), currency VARCHAR, listings INTEGER NOT NULL, families INTEGER NOT NULL,
    listing_share DOUBLE, units_30d_low DOUBLE, units_30d_high DOUBLE, units_share DOUBLE, gmv_30d_low DOUBLE,
    gmv_30d_high DOUBLE, gmv_share DOUBLE, brands INTEGER NOT NULL, cr3 DOUBLE, own_listings INTEGER NOT NULL,
    gap DOUBLE, market_band BOOLEAN NOT NULL, coverage DOUBLE NOT NULL, lower_bound_share DOUBLE
);
ALTER TABLE price_band SET PARTITIONED BY (source);

CREATE TABLE rank_movement (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    item_id VARCHAR NOT NULL, title VARCHAR NOT NULL, brand_key VARCHAR, brand VARCHAR, ownership VARCHAR,
    previous_at TIMESTAMPTZ, rank INTEGER, previous_rank INTEGER, rank_change INTEGER,
    currency VARCHAR, price DECIMAL(18, 4), previous_price DECIMAL(18, 4), price_change DECIMAL(18, 4), price_change_share DOUBLE,
    entered BOOLEAN, dropped BOOLEAN, in_stock BOOLEAN, previous_in_stock BOOLEAN
);
ALTER TABLE rank_movement SET PARTITIONED BY (source);

CREATE TABLE market_size (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    units_basis VARCHAR, currency VARCHAR, units_30d_low DOUBLE, units_30d_high DOUBLE, gmv_30d_low DOUBLE, gmv_30d_high DOUBLE,
    listings INTEGER NOT NULL, families INTEGER NOT NULL, families_known INTEGER NOT NULL, median_price DOUBLE,
    stock_out_share DOUBLE, entrants INTEGER, dropouts INTEGER, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL,
    lower_bound_share DOUBLE
);
ALTER TABLE market_size SET PARTITIONED BY (source);
