-- What says whether the public sees an item stands in the indexes that lists by date and counts walk: of what is scheduled,
-- which comes first there, no row need be read.
drop index item_by_date_in_owner;
drop index item_by_date;
create index item_by_date_in_owner on item (kind, owner, date, id, visible_from, visible_until, valid_from, valid_until, site);
create index item_by_date on item (kind, date, id, visible_from, visible_until, valid_from, valid_until, site);
