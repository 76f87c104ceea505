-- How many items the public sees of each kind, owner and site: as many as there were at the first of these moments, which is
-- that of the last replacement, and what each later one adds or takes away (`store/tally.rs`).
create table tally (
    moment integer not null,
    kind text not null,
    owner text not null,
    site text not null,
    change integer not null,
    primary key (moment, kind, owner, site)
) strict, without rowid;

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

-- What a match of full-text search is ranked and counted by, and what says whether the public sees it, in short rows of
-- their own: a thousand of them are read for one search (`store/search/rank.rs`).
create table search_rank (
    number integer primary key references item (number) on delete cascade,
    kind text not null,
    id text not null,
    visible_from integer not null,
    visible_until integer not null,
    valid_from integer not null,
    valid_until integer not null,
    line text not null
) strict;

alter table search drop column facets;

-- The words of an item and, behind them, its marks; and the words that there are.
drop table search_index;
create virtual table search_index using fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii'
);
insert into search_index (search_index, rank) values ('hashsize', 8388608);
create virtual table search_words using fts5vocab (search_index, instance);

-- What is there is written anew, as nothing else of it changed (the last of the four hashes alone goes, `store/write.rs`).
update item set hash = substr(hash, 1, 48);
delete from memory;

-- As lists by date do since 0010, those in an owner's own order read no row of what is scheduled.
drop index item_by_own_order;
create index item_by_own_order on item (kind, owner, own_order, id, visible_from, visible_until, valid_from, valid_until, site);
