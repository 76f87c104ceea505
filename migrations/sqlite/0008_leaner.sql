-- What a row was made of stands in `made`; nobody reads its names.
alter table body drop column keys;

-- Bytes of words that wait in memory before they are sorted into the full-text index.
insert into search_index (search_index, rank) values ('hashsize', 8388608);
