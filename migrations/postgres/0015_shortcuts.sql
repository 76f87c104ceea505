-- The twin of migrations/sqlite/0015_shortcuts.sql.
drop index item_by_date_in_owner;
drop index item_by_date;
create index item_by_date_in_owner on item (kind, owner, date, id)
    include (visible_from, visible_until, valid_from, valid_until, site, title_key);
create index item_by_date on item (kind, date, id)
    include (visible_from, visible_until, valid_from, valid_until, site, title_key);
