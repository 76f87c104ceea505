-- The twin of migrations/sqlite/0008_keys.sql.
alter table body drop column keys;
