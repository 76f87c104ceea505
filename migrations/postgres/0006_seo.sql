-- The twin of migrations/sqlite/0006_seo.sql.
create table sitemap_url (
    number bigint not null references item (number) on delete cascade,
    place bigint not null,
    site text collate "C" not null,
    rank bigint not null,
    loc text collate "C" not null,
    lastmod text collate "C",
    bytes bigint not null,
    xml text not null,
    page text not null,
    primary key (number, place)
);

create index sitemap_url_in_order on sitemap_url (site, rank, loc, number, bytes, lastmod);

create table finding (
    number bigint not null references item (number) on delete cascade,
    place bigint not null,
    code text collate "C" not null,
    same bigint not null,
    detail text not null,
    primary key (number, place)
);

create index finding_in_order on finding (code, same, number, place);
