-- The twin of migrations/sqlite/0005_memory.sql.

create table source (
    path text collate "C" primary key,
    stamp bigint not null,
    size bigint not null,
    shape bigint not null,
    hash bigint not null,
    front text,
    problems text not null
);

create table made (
    number bigint primary key references item (number) on delete cascade,
    needs bytea not null,
    problems text not null
);

create table memory (
    name text collate "C" primary key,
    value bytea not null
);
