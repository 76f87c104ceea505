-- The twin of migrations/sqlite/0011_find.sql.
create table tally (
    moment bigint not null,
    kind text collate "C" not null,
    owner text collate "C" not null,
    site text collate "C" not null,
    change bigint not null,
    primary key (moment, kind, owner, site)
);

insert into tally (moment, kind, owner, site, change)
select m.moment, m.kind, m.owner, m.site, sum(m.change) from (
    select g.replaced_at as moment, kind, owner, site, 1 as change from generation g, item
    where visible_from <= g.replaced_at and g.replaced_at < visible_until
    union all
    select visible_from, kind, owner, site, 1 from generation g, item
    where visible_from > g.replaced_at and visible_from < visible_until
    union all
    select visible_until, kind, owner, site, -1 from generation g, item
    where visible_until > g.replaced_at and visible_until < 9223372036854775807 and visible_from < visible_until
) m group by m.moment, m.kind, m.owner, m.site;

create table search_rank (
    number bigint primary key references item (number) on delete cascade,
    kind text collate "C" not null,
    id text collate "C" not null,
    visible_from bigint not null,
    visible_until bigint not null,
    valid_from bigint not null,
    valid_until bigint not null,
    line text not null
);

alter table search drop column facets;
update item set hash = substr(hash, 1, 48);
delete from memory;

drop index item_by_own_order;
create index item_by_own_order on item (kind, owner, own_order, id)
    include (visible_from, visible_until, valid_from, valid_until, site);
