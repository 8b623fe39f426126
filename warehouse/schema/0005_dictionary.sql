-- The dictionary: what every column of the tables and of the stable views means. Made anew with the views
-- (warehouse/views.py), because DuckLake keeps no comments of a view's columns.

CREATE TABLE dictionary (
    table_name VARCHAR NOT NULL, kind VARCHAR NOT NULL, column_no INTEGER NOT NULL, column_name VARCHAR NOT NULL,
    data_type VARCHAR NOT NULL, unit VARCHAR, comment VARCHAR
);
COMMENT ON TABLE dictionary IS 'Every column of the warehouse''s tables and views: type, unit and meaning.';
COMMENT ON COLUMN dictionary.table_name IS 'Table or view.';
COMMENT ON COLUMN dictionary.kind IS 'table, or view: names and columns of views stay, those of tables may change.';
COMMENT ON COLUMN dictionary.column_no IS 'Place of the column, from 1.';
COMMENT ON COLUMN dictionary.column_name IS 'Column.';
COMMENT ON COLUMN dictionary.data_type IS 'DuckDB''s type.';
COMMENT ON COLUMN dictionary.unit IS 'Unit of the figures; NULL: text.';
COMMENT ON COLUMN dictionary.comment IS 'What it means.';
