-- What lists filter and sort by. A key begins with one letter for its type and sorts, byte by byte, as the value does.

-- The paths that items of a kind have values at; one number per kind and name, whatever the owner. `nature` is bits.
create table path (
    kind text not null,
    owner text not null,
    name text not null,
    number integer not null,
    nature integer not null,
    primary key (kind, owner, name)
) strict, without rowid;

-- `whole` is the key of a text that is too long for one; `date` is the item's.
create table field_value (
    number integer not null references item (number) on delete cascade,
    path integer not null,
    key text not null,
    whole text,
    date integer not null,
    primary key (number, path, key)
) strict, without rowid;

create index field_value_by_key on field_value (path, key, date, number);

create index item_by_uri on item (kind, uri);

-- What is there is written anew with its values.
update item set hash = x'';
