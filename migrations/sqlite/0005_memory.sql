-- What an import leaves for the next one: nothing here is ever served.

-- The files of entries: when they were read as what, so that one that did not change is not read again.
create table source (
    path text primary key,
    stamp integer not null,
    size integer not null,
    shape integer not null,
    hash integer not null,
    front text,
    problems text not null
) strict, without rowid;

-- What a row was made of, 8 bytes each; and what was odd about it, as JSON.
create table made (
    number integer primary key references item (number) on delete cascade,
    needs blob not null,
    problems text not null
) strict;

-- `faces`: how everything looked; `files`: the inventory of the project's folder.
create table memory (
    name text primary key,
    value blob not null
) strict, without rowid;
