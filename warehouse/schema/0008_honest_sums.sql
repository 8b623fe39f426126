-- What a sum leaves out, and whose a brand is.
ALTER TABLE market_size ADD COLUMN families_priced INTEGER;
COMMENT ON COLUMN market_size.families_priced IS 'Families of families_known whose price is known too: those in gmv_30d.';
COMMENT ON COLUMN market_size.gmv_30d_low IS 'Low end of sales value in 30 days, in currency, of families_priced; NULL: none known.';
COMMENT ON COLUMN market_size.gmv_30d_high IS 'High end of sales value in 30 days, in currency. NULL: no upper bound known: a family has none, or has no price (families_priced < families_known).';
ALTER TABLE brand_share ADD COLUMN own_families INTEGER;
COMMENT ON COLUMN brand_share.own_families IS 'Families of families that are own.';
COMMENT ON COLUMN brand_share.ownership IS 'own or rival, where config/watchlist.yaml names the brand, else where each of its families in the list is; NULL: neither, or only some (own_families).';
COMMENT ON COLUMN campaign_brand.ownership IS 'own or rival, where config/watchlist.yaml names the brand, else where each of its listings is; NULL: neither, or only some.';
COMMENT ON COLUMN campaign_brand.gmv_30d_high IS 'Mean high end of sales value in 30 days, in currency. NULL: no upper bound known, or a family without a price in it.';
COMMENT ON COLUMN price_band.listings IS 'Listings priced in the band, of the basis or without a figure.';
COMMENT ON COLUMN price_band.families IS 'Families whose lead''s price is in the band, of the basis or without a figure.';
COMMENT ON COLUMN price_band.listing_share IS 'listings / listings of all bands, of the basis or without a figure.';
COMMENT ON COLUMN price_band.brands IS 'Known brands of these families.';
COMMENT ON COLUMN price_band.own_listings IS 'Own listings in the band, of the basis or without a figure.';
