-- The log says of each change which parts of the item it is of, as bits: `store/log.rs` names them. `whole` are those that
-- the item has now, for whoever looked before it appeared.
drop table change;
create table change (
    generation integer not null,
    kind text not null,
    id text not null,
    owner text not null,
    site text not null,
    -- Until when the public could see it as it was before; the smallest integer: it never could.
    was_until integer not null,
    -- Since when it had answered as it did before: to whoever looked earlier, all of it is new.
    was_since integer not null,
    parts integer not null,
    whole integer not null,
    made_at integer not null,
    primary key (generation, kind, id, owner, site)
) strict, without rowid;

create index change_by_moment on change (made_at);

update change_log set complete_since = (select number from generation where id = 1);

-- Findings and URLs stand in an order that the versions of an item share, so that no list changes where one takes over
-- from another: by `source`, a text that no two visible items share, and by `tie`, a number made of it.
alter table finding add column source text not null default '';
update finding set source = (
    select i.kind || ':' || i.id || ':' || i.site from item i where i.number = finding.number
);
drop index finding_in_order;
create index finding_in_order on finding (code, same, source, place, number);
alter table sitemap_url add column tie integer not null default 0;
update sitemap_url set tie = number;
drop index sitemap_url_in_order;
create index sitemap_url_in_order on sitemap_url (site, rank, loc, tie, number, bytes, lastmod);

-- What lists go by is divided into more parts: the next import writes every row anew.
update item set hash = x'';
delete from memory;
