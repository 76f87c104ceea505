-- The twin of migrations/sqlite/0003_search.sql.
alter table link add column via text collate "C" not null default 'body';
alter table link add column source text collate "C" not null default '';
alter table link add column date bigint not null default 0;
alter table link add column repeats bigint not null default 0;

drop index link_target;
drop index link_state;
create index link_by_target on link (target, repeats, date, source);
create index link_broken on link (source, place) where state <> 'ok';

create table search (
    number bigint primary key references item (number) on delete cascade,
    facets text not null,
    title text not null,
    headings text not null,
    body text not null
);

-- What it finds them by: words that are folded already, with their places and weights; facets are words of weight D.
create table search_index (
    number bigint primary key references item (number) on delete cascade,
    words tsvector not null
);

create index search_index_by_words on search_index using gin (words);

update item set hash = '\x';
