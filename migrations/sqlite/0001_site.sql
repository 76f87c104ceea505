-- The compiled site. Moments are milliseconds since 1970; the smallest and largest integers stand for "ever".

create table generation (
    id integer primary key check (id = 1),
    number integer not null,
    fingerprint text not null,
    replaced_at integer not null
) strict;

insert into generation (id, number, fingerprint, replaced_at) values (1, 0, '', 0);

-- Narrow on purpose: lists walk these rows and their indexes, and never the texts below.
create table item (
    number integer primary key,
    kind text not null,
    owner text not null,
    id text not null,
    site text not null,
    localizes text not null,
    slug text,
    uri text,
    url text,
    permalink text,
    title_key text not null,
    date integer not null,
    updated_at integer not null,
    position integer not null,
    own_order integer not null,
    valid_from integer not null,
    valid_until integer not null,
    visible_from integer not null,
    visible_until integer not null,
    changed_at integer not null,
    field_names text not null,
    hash blob not null,
    unique (kind, id, owner, site, valid_from)
) strict;

create index item_localization on item (kind, localizes, site);
create index item_by_slug on item (kind, owner, slug);
create index item_by_position on item (kind, owner, position);
create index item_by_own_order on item (kind, owner, own_order, id);
create index item_by_date_in_owner on item (kind, owner, date, id);
create index item_by_title_in_owner on item (kind, owner, title_key, id);
create index item_by_updated_at_in_owner on item (kind, owner, updated_at, id);
create index item_by_date on item (kind, date, id);
create index item_by_title on item (kind, title_key, id);
create index item_by_updated_at on item (kind, updated_at, id);

create table summary (
    number integer primary key references item (number) on delete cascade,
    object text not null
) strict;

create table body (
    number integer primary key references item (number) on delete cascade,
    keys text not null,
    fields text,
    seo text
) strict;

create table statamic (
    number integer primary key references item (number) on delete cascade,
    query text,
    object text,
    page text
) strict;

create table link (
    number integer not null references item (number) on delete cascade,
    place integer not null,
    field text not null,
    target text not null,
    text text not null,
    state text not null,
    primary key (number, place)
) strict, without rowid;

create index link_target on link (target);
create index link_state on link (state);

-- What a list may name in `fields=`.
create table field (
    kind text not null,
    owner text not null,
    name text not null,
    primary key (kind, owner, name)
) strict, without rowid;

-- Every moment at which some answer changes although nothing is imported.
create table boundary (
    moment integer primary key
) strict;

create table problem (
    number integer primary key,
    severity text not null,
    code text not null,
    path text not null,
    line integer,
    column_number integer,
    message text not null,
    entry text
) strict;
