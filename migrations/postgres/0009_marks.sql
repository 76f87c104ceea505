-- The twin of migrations/sqlite/0009_marks.sql.
update item set hash = substr(hash, 1, 48);
delete from memory;
