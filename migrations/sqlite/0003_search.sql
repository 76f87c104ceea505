-- The link graph: who links, when that was written, and whether the same item links to the same target before.
alter table link add column via text not null default 'body';
alter table link add column source text not null default '';
alter table link add column date integer not null default 0;
alter table link add column repeats integer not null default 0;

drop index link_target;
drop index link_state;
create index link_by_target on link (target, repeats, date, source);
create index link_broken on link (source, place) where state <> 'ok';

-- What full-text search shows of an item; `facets` has a line for each: its name, a tab, its value.
create table search (
    number integer primary key references item (number) on delete cascade,
    facets text not null,
    title text not null,
    headings text not null,
    body text not null
) strict;

-- What it finds them by: words that are folded already (`store/search/words.rs`), under the number of the item.
create virtual table search_index using fts5 (
    title, headings, body, facets, content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- What an earlier program compiled says less than this one needs: the next import writes every row anew.
update item set hash = x'';
