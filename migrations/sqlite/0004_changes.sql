-- What each generation changed, for those who keep a copy of the site: a row per item that came, went or answers differently.
-- A row without an id stands for the lists of an owner: their order alone changed.
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
    -- What of it changed at this generation, each 0 or 1: what the native API shows, what Statamic's own shows, what lists do.
    native integer not null,
    statamic integer not null,
    listed integer not null,
    made_at integer not null,
    primary key (generation, kind, id, owner, site)
) strict, without rowid;

create index change_by_moment on change (made_at);

-- Who wrote this database, so that tokens of another one are known as such, and the oldest generation that the log goes back to.
create table change_log (
    id integer primary key check (id = 1),
    identity text not null,
    complete_since integer not null
) strict;

insert into change_log (id, identity, complete_since) values (1, '', 0);

-- Publication by the clock is a change too: what appears or expires between two moments is found by these.
create index item_by_visible_from on item (visible_from);
create index item_by_visible_until on item (visible_until);

-- How far the changes were told to each webhook. What is pending is told again until it is taken, as it is.
create table webhook (
    url text primary key,
    generation integer not null,
    moment integer not null,
    message_id text,
    message text,
    message_generation integer,
    message_moment integer,
    attempts integer not null,
    next_attempt_at integer not null,
    last_status integer,
    last_error text,
    delivered_at integer
) strict;
