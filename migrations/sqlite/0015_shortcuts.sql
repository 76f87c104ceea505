-- A list by date of what a title holds reads no row but of what it finds.
drop index item_by_date_in_owner;
drop index item_by_date;
create index item_by_date_in_owner on item (kind, owner, date, id, visible_from, visible_until, valid_from, valid_until, site, title_key);
create index item_by_date on item (kind, date, id, visible_from, visible_until, valid_from, valid_until, site, title_key);

-- The first letters of words stand in the index of full-text search once more. The next import writes every row anew.
update item set hash = x'';
delete from memory;
