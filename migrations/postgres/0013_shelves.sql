-- The twin of migrations/sqlite/0013_shelves.sql.
drop table source;
create table source (
    shelf bigint primary key,
    records text not null
);
-- To compress what is written again and again costs more than to write it.
alter table source alter column records set storage external;

delete from memory;

-- The one text that all engines have of bytes.
create function hex(bytes bytea) returns text language sql immutable parallel safe
    return upper(encode(bytes, 'hex'));
