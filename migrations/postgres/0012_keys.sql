-- The twin of migrations/sqlite/0012_keys.sql.
drop table change;
create table change (
    generation bigint not null,
    kind text collate "C" not null,
    id text collate "C" not null,
    owner text collate "C" not null,
    site text collate "C" not null,
    was_until bigint not null,
    was_since bigint not null,
    parts bigint not null,
    whole bigint not null,
    made_at bigint not null,
    primary key (generation, kind, id, owner, site)
);

create index change_by_moment on change (made_at);

update change_log set complete_since = (select number from generation where id = 1);

alter table finding add column source text collate "C" not null default '';
update finding set source = (
    select i.kind || ':' || i.id || ':' || i.site from item i where i.number = finding.number
);
drop index finding_in_order;
create index finding_in_order on finding (code, same, source, place, number);
alter table sitemap_url add column tie bigint not null default 0;
update sitemap_url set tie = number;
drop index sitemap_url_in_order;
create index sitemap_url_in_order on sitemap_url (site, rank, loc, tie, number, bytes, lastmod);

update item set hash = '\x';
delete from memory;
