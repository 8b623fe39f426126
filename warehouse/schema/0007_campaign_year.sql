-- A phase of a campaign against the same campaign a year earlier.
ALTER TABLE campaign_category ADD COLUMN units_year_change DOUBLE;
COMMENT ON COLUMN campaign_category.units_year_change IS 'units_30d_low / that of the phase last_year - 1; NULL in that phase itself or where either is missing or 0.';
ALTER TABLE campaign_category ADD COLUMN units_year_change_low DOUBLE;
COMMENT ON COLUMN campaign_category.units_year_change_low IS 'Proved lower end of it: low / high of last_year - 1. NULL: no bound.';
ALTER TABLE campaign_category ADD COLUMN units_year_change_high DOUBLE;
COMMENT ON COLUMN campaign_category.units_year_change_high IS 'Upper end of it: high / low of last_year - 1. NULL: no bound.';
ALTER TABLE campaign_brand ADD COLUMN units_year_change DOUBLE;
COMMENT ON COLUMN campaign_brand.units_year_change IS 'units_30d_low / that of the phase last_year - 1; NULL in that phase itself or where either is missing or 0.';
ALTER TABLE campaign_brand ADD COLUMN units_year_change_low DOUBLE;
COMMENT ON COLUMN campaign_brand.units_year_change_low IS 'Proved lower end of it: low / high of last_year - 1. NULL: no bound.';
ALTER TABLE campaign_brand ADD COLUMN units_year_change_high DOUBLE;
COMMENT ON COLUMN campaign_brand.units_year_change_high IS 'Upper end of it: high / low of last_year - 1. NULL: no bound.';
ALTER TABLE campaign_item ADD COLUMN units_year_change DOUBLE;
COMMENT ON COLUMN campaign_item.units_year_change IS 'units_30d_low / that of the phase last_year - 1; NULL in that phase itself or where either is missing or 0.';
ALTER TABLE campaign_item ADD COLUMN units_year_change_low DOUBLE;
COMMENT ON COLUMN campaign_item.units_year_change_low IS 'Proved lower end of it: low / high of last_year - 1. NULL: no bound.';
ALTER TABLE campaign_item ADD COLUMN units_year_change_high DOUBLE;
COMMENT ON COLUMN campaign_item.units_year_change_high IS 'Upper end of it: high / low of last_year - 1. NULL: no bound.';
