-- The twin of migrations/sqlite/0008_leaner.sql.
alter table body drop column keys;
