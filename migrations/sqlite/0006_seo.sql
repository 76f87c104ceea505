-- What a page adds to its site's sitemap, each URL as its finished element. Ordered bytewise by `loc`.
create table sitemap_url (
    number integer not null references item (number) on delete cascade,
    place integer not null,
    site text not null,
    rank integer not null,
    loc text not null,
    lastmod text,
    bytes integer not null,
    xml text not null,
    page text not null,
    primary key (number, place)
) strict, without rowid;

create index sitemap_url_in_order on sitemap_url (site, rank, loc, number, bytes, lastmod);

-- What an editor should look at. A finding with a number in `same` counts where another item has the same one.
create table finding (
    number integer not null references item (number) on delete cascade,
    place integer not null,
    code text not null,
    same integer not null,
    detail text not null,
    primary key (number, place)
) strict, without rowid;

create index finding_in_order on finding (code, same, number, place);
