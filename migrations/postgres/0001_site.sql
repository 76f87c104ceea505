-- The twin of migrations/sqlite/0001_site.sql: the same tables and indexes in PostgreSQL's types. Texts are compared
-- byte by byte, as SQLite compares them, whatever the database's own collation is.

create table generation (
    id bigint primary key check (id = 1),
    number bigint not null,
    fingerprint text not null,
    replaced_at bigint not null
);

insert into generation (id, number, fingerprint, replaced_at) values (1, 0, '', 0);

create table item (
    number bigint primary key,
    kind text collate "C" not null,
    owner text collate "C" not null,
    id text collate "C" not null,
    site text collate "C" not null,
    localizes text collate "C" not null,
    slug text collate "C",
    uri text collate "C",
    url text collate "C",
    permalink text collate "C",
    title_key text collate "C" not null,
    date bigint not null,
    updated_at bigint not null,
    position bigint not null,
    own_order bigint not null,
    valid_from bigint not null,
    valid_until bigint not null,
    visible_from bigint not null,
    visible_until bigint not null,
    changed_at bigint not null,
    field_names text not null,
    hash bytea not null,
    unique (kind, id, owner, site, valid_from)
);

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
    number bigint primary key references item (number) on delete cascade,
    object text not null
);

create table body (
    number bigint primary key references item (number) on delete cascade,
    keys text not null,
    fields text,
    seo text
);

create table statamic (
    number bigint primary key references item (number) on delete cascade,
    query text,
    object text,
    page text
);

create table link (
    number bigint not null references item (number) on delete cascade,
    place bigint not null,
    field text collate "C" not null,
    target text collate "C" not null,
    text text not null,
    state text collate "C" not null,
    primary key (number, place)
);

create index link_target on link (target);
create index link_state on link (state);

create table field (
    kind text collate "C" not null,
    owner text collate "C" not null,
    name text collate "C" not null,
    primary key (kind, owner, name)
);

create table boundary (
    moment bigint primary key
);

create table problem (
    number bigint primary key,
    severity text collate "C" not null,
    code text collate "C" not null,
    path text collate "C" not null,
    line bigint,
    column_number bigint,
    message text not null,
    entry text collate "C"
);
