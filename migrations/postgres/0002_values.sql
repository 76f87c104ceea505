-- The twin of migrations/sqlite/0002_values.sql.
create table path (
    kind text collate "C" not null,
    owner text collate "C" not null,
    name text collate "C" not null,
    number bigint not null,
    nature bigint not null,
    primary key (kind, owner, name)
);

create table field_value (
    number bigint not null references item (number) on delete cascade,
    path bigint not null,
    key text collate "C" not null,
    whole text collate "C",
    date bigint not null,
    primary key (number, path, key)
);

create index field_value_by_key on field_value (path, key, date, number);

create index item_by_uri on item (kind, uri);

-- What is there is written anew with its values.
update item set hash = '\x';
