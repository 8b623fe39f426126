-- Facts: what was captured, what it said, what was turned away, and what ran.
-- Every fact is replaced by partition (source, category_id, observed_at). No primary keys: uniqueness is audited
-- before load and tested after (docs/decisions/0003-no-primary-keys.md).

CREATE TABLE capture (
    capture_id VARCHAR NOT NULL, source VARCHAR NOT NULL, category_id VARCHAR NOT NULL,
    page_no INTEGER NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    requested_url VARCHAR, final_url VARCHAR, fetched_at TIMESTAMPTZ, http_status INTEGER,
    outcome VARCHAR NOT NULL, outcome_detail VARCHAR, body_bytes BIGINT, sha256 VARCHAR,
    warc_file VARCHAR, warc_offset BIGINT, warc_length BIGINT
);
ALTER TABLE capture SET PARTITIONED BY (source);
COMMENT ON TABLE capture IS 'A fetched page (or an imported file): one row a page of a category at an observation.';
COMMENT ON COLUMN capture.capture_id IS 'Identity of the capture; the WARC record id where there is one.';
COMMENT ON COLUMN capture.source IS 'Source, as config/sources/NAME.yaml names it.';
COMMENT ON COLUMN capture.category_id IS 'Category of that source.';
COMMENT ON COLUMN capture.page_no IS 'Page of the category''s list, from 1.';
COMMENT ON COLUMN capture.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN capture.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN capture.requested_url IS 'Address asked for.';
COMMENT ON COLUMN capture.final_url IS 'Address that answered, after redirects.';
COMMENT ON COLUMN capture.fetched_at IS 'When the answer arrived, UTC.';
COMMENT ON COLUMN capture.http_status IS 'HTTP status code of the answer.';
COMMENT ON COLUMN capture.outcome IS 'ok, blocked, robots_denied, http_error, timeout, too_large, refused_address, empty or unreadable.';
COMMENT ON COLUMN capture.outcome_detail IS 'Why, in words, where the outcome is not ok.';
COMMENT ON COLUMN capture.body_bytes IS 'Size of the decoded body, bytes.';
COMMENT ON COLUMN capture.sha256 IS 'SHA-256 of the archived payload, hex.';
COMMENT ON COLUMN capture.warc_file IS 'WARC file under the archive folder.';
COMMENT ON COLUMN capture.warc_offset IS 'Offset of the record in that file, bytes.';
COMMENT ON COLUMN capture.warc_length IS 'Length of the record in that file, bytes.';

CREATE TABLE snapshot (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, category_title VARCHAR NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    expected INTEGER NOT NULL, captured INTEGER NOT NULL, sponsored INTEGER NOT NULL,
    quarantined INTEGER NOT NULL, coverage DOUBLE NOT NULL, complete BOOLEAN NOT NULL,
    status VARCHAR NOT NULL, status_reason VARCHAR, simulated BOOLEAN NOT NULL,
    parser_version VARCHAR NOT NULL, band_set VARCHAR
);
ALTER TABLE snapshot SET PARTITIONED BY (source);
COMMENT ON TABLE snapshot IS 'One source x category x observed_at: how much of the list was seen, and whether it may be compared.';
COMMENT ON COLUMN snapshot.source IS 'Source.';
COMMENT ON COLUMN snapshot.category_id IS 'Category.';
COMMENT ON COLUMN snapshot.category_title IS 'Title of the category for people.';
COMMENT ON COLUMN snapshot.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN snapshot.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN snapshot.expected IS 'Organic items the list should show.';
COMMENT ON COLUMN snapshot.captured IS 'Organic items loaded.';
COMMENT ON COLUMN snapshot.sponsored IS 'Sponsored entries loaded.';
COMMENT ON COLUMN snapshot.quarantined IS 'Rows turned away by the audit.';
COMMENT ON COLUMN snapshot.coverage IS 'captured / expected, 0 to 1.';
COMMENT ON COLUMN snapshot.complete IS 'Whether the snapshot may be compared with others and fire alerts.';
COMMENT ON COLUMN snapshot.status IS 'ok, incomplete or refused.';
COMMENT ON COLUMN snapshot.status_reason IS 'Why it is not ok, in words.';
COMMENT ON COLUMN snapshot.simulated IS 'Whether the data is simulated.';
COMMENT ON COLUMN snapshot.parser_version IS 'Site spec and its version, SITE/N.';
COMMENT ON COLUMN snapshot.band_set IS 'Version of the price band edges used by the marts.';

CREATE TABLE listing (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    position INTEGER NOT NULL, rank INTEGER, rank_source VARCHAR, sponsored BOOLEAN NOT NULL,
    item_id VARCHAR NOT NULL, family_id VARCHAR, title VARCHAR NOT NULL, url VARCHAR, image_url VARCHAR,
    brand_text VARCHAR, brand_key VARCHAR, shop VARCHAR,
    currency VARCHAR, price DECIMAL(18, 4), price_high DECIMAL(18, 4), list_price DECIMAL(18, 4),
    coupon_price DECIMAL(18, 4), member_price DECIMAL(18, 4), price_text VARCHAR,
    units_low BIGINT, units_high BIGINT, units_basis VARCHAR, units_window_days INTEGER, units_text VARCHAR,
    rating DOUBLE, review_count BIGINT, in_stock BOOLEAN,
    capture_id VARCHAR NOT NULL, parser_version VARCHAR NOT NULL
);
ALTER TABLE listing SET PARTITIONED BY (source);
COMMENT ON TABLE listing IS 'The fact: one entry of a category''s list at an observation, as the page shows it.';
COMMENT ON COLUMN listing.source IS 'Source.';
COMMENT ON COLUMN listing.category_id IS 'Category.';
COMMENT ON COLUMN listing.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN listing.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN listing.position IS 'Place among all entries, sponsored included, from 1 across pages.';
COMMENT ON COLUMN listing.rank IS 'Organic rank, from 1; NULL for sponsored entries.';
COMMENT ON COLUMN listing.rank_source IS 'shown (the page prints it) or position (counted).';
COMMENT ON COLUMN listing.sponsored IS 'Whether the entry is an advertisement.';
COMMENT ON COLUMN listing.item_id IS 'The marketplace''s own id.';
COMMENT ON COLUMN listing.family_id IS 'Parent of variants that share one sales figure.';
COMMENT ON COLUMN listing.title IS 'Title as shown.';
COMMENT ON COLUMN listing.url IS 'Address of the item.';
COMMENT ON COLUMN listing.image_url IS 'Address of the picture.';
COMMENT ON COLUMN listing.brand_text IS 'Brand as shown; NULL where the page shows none.';
COMMENT ON COLUMN listing.brand_key IS 'brand_text folded: NFKC, case, punctuation. Joins brand_alias.';
COMMENT ON COLUMN listing.shop IS 'Shop or seller as shown.';
COMMENT ON COLUMN listing.currency IS 'ISO 4217 code of the prices.';
COMMENT ON COLUMN listing.price IS 'What a visitor pays now, in currency; low end of a range; NULL when none is shown.';
COMMENT ON COLUMN listing.price_high IS 'High end of a price range, in currency.';
COMMENT ON COLUMN listing.list_price IS 'Struck-through price, in currency.';
COMMENT ON COLUMN listing.coupon_price IS 'Price with a coupon, in currency.';
COMMENT ON COLUMN listing.member_price IS 'Price for members, in currency.';
COMMENT ON COLUMN listing.price_text IS 'Price as shown.';
COMMENT ON COLUMN listing.units_low IS 'Sales figure, low end, units.';
COMMENT ON COLUMN listing.units_high IS 'Sales figure, high end, units; NULL: no upper bound known.';
COMMENT ON COLUMN listing.units_basis IS 'cumulative, trailing, period or modelled. Never add different bases.';
COMMENT ON COLUMN listing.units_window_days IS 'Window of a trailing or period figure, days.';
COMMENT ON COLUMN listing.units_text IS 'Sales figure as shown.';
COMMENT ON COLUMN listing.rating IS 'Mean rating as shown.';
COMMENT ON COLUMN listing.review_count IS 'Number of ratings or reviews as shown.';
COMMENT ON COLUMN listing.in_stock IS 'Whether it can be bought; NULL when the page does not say.';
COMMENT ON COLUMN listing.capture_id IS 'The capture this row was read from.';
COMMENT ON COLUMN listing.parser_version IS 'Site spec and its version, SITE/N.';

CREATE TABLE quarantine (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL,
    observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    capture_id VARCHAR, row_no INTEGER NOT NULL, item_id VARCHAR,
    expectation VARCHAR NOT NULL, column_name VARCHAR, found VARCHAR, row_json VARCHAR NOT NULL
);
ALTER TABLE quarantine SET PARTITIONED BY (source);
COMMENT ON TABLE quarantine IS 'Rows turned away by the audit, whole, with the expectation each failed.';
COMMENT ON COLUMN quarantine.source IS 'Source.';
COMMENT ON COLUMN quarantine.category_id IS 'Category.';
COMMENT ON COLUMN quarantine.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN quarantine.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN quarantine.capture_id IS 'The capture the row was read from.';
COMMENT ON COLUMN quarantine.row_no IS 'Row of the staged batch, from 1.';
COMMENT ON COLUMN quarantine.item_id IS 'The marketplace''s own id, where it could be read.';
COMMENT ON COLUMN quarantine.expectation IS 'The expectation the row failed.';
COMMENT ON COLUMN quarantine.column_name IS 'The column it looks at.';
COMMENT ON COLUMN quarantine.found IS 'The value that failed, as text.';
COMMENT ON COLUMN quarantine.row_json IS 'The whole row as JSON.';

CREATE TABLE run (
    run_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, source VARCHAR, observed_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL, finished_at TIMESTAMPTZ, status VARCHAR NOT NULL,
    rows_loaded BIGINT, detail VARCHAR
);
COMMENT ON TABLE run IS 'What ran, when, and how it ended. The only table that holds clock times of our own.';
COMMENT ON COLUMN run.run_id IS 'Identity of the run.';
COMMENT ON COLUMN run.kind IS 'load, import, replay, transform or maintain.';
COMMENT ON COLUMN run.source IS 'Source, where the run has one.';
COMMENT ON COLUMN run.observed_at IS 'Observation it made, UTC.';
COMMENT ON COLUMN run.started_at IS 'Start, UTC.';
COMMENT ON COLUMN run.finished_at IS 'End, UTC.';
COMMENT ON COLUMN run.status IS 'ok or failed.';
COMMENT ON COLUMN run.rows_loaded IS 'Listing rows committed.';
COMMENT ON COLUMN run.detail IS 'Counts and reasons as JSON.';

-- Reference data from config/, replaced when it changes, in the transaction that uses it.
CREATE TABLE brand_alias (brand_key VARCHAR NOT NULL, brand VARCHAR NOT NULL, canonical_key VARCHAR NOT NULL);
COMMENT ON TABLE brand_alias IS 'Folded brand text -> canonical brand, from config/brands.yaml.';
COMMENT ON COLUMN brand_alias.brand_key IS 'Folded text.';
COMMENT ON COLUMN brand_alias.brand IS 'Canonical brand.';
COMMENT ON COLUMN brand_alias.canonical_key IS 'Folded text of the canonical brand: what the marts group by.';

CREATE TABLE price_band_edge (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, currency VARCHAR NOT NULL,
    band_set VARCHAR NOT NULL, valid_from DATE, band_no INTEGER NOT NULL,
    band_low DECIMAL(18, 4) NOT NULL, band_high DECIMAL(18, 4)
);
COMMENT ON TABLE price_band_edge IS 'Price bands [low, high) per category, versioned, from config/price_bands.yaml.';
COMMENT ON COLUMN price_band_edge.source IS 'Source.';
COMMENT ON COLUMN price_band_edge.category_id IS 'Category.';
COMMENT ON COLUMN price_band_edge.currency IS 'ISO 4217 code of the edges; only prices in it are banded.';
COMMENT ON COLUMN price_band_edge.band_set IS 'Version of the edges.';
COMMENT ON COLUMN price_band_edge.valid_from IS 'First observed_on the version holds for; NULL: from the start.';
COMMENT ON COLUMN price_band_edge.band_no IS 'Band, from 1, by rising price.';
COMMENT ON COLUMN price_band_edge.band_low IS 'Lower edge, included, in the category''s currency.';
COMMENT ON COLUMN price_band_edge.band_high IS 'Upper edge, excluded; NULL: open.';

CREATE TABLE watch (
    watch_group VARCHAR NOT NULL, ownership VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    source VARCHAR, value VARCHAR NOT NULL
);
COMMENT ON TABLE watch IS 'Own and rival brands, shops and items, from config/watchlist.yaml.';
COMMENT ON COLUMN watch.watch_group IS 'Name of the group.';
COMMENT ON COLUMN watch.ownership IS 'own or rival.';
COMMENT ON COLUMN watch.kind IS 'brand (value is a folded key), shop or item.';
COMMENT ON COLUMN watch.source IS 'Source the entry is limited to; NULL: every source.';
COMMENT ON COLUMN watch.value IS 'What is matched.';
