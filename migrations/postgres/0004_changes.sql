-- The twin of migrations/sqlite/0004_changes.sql.
-- What each generation changed, for those who keep a copy of the site: a row per item that came, went or answers differently.
-- A row without an id stands for the lists of an owner: their order alone changed.
create table change (
    generation bigint not null,
    kind text collate "C" not null,
    id text collate "C" not null,
    owner text collate "C" not null,
    site text collate "C" not null,
    -- Until when the public could see it as it was before; the smallest integer: it never could.
    was_until bigint not null,
    -- Since when it had answered as it did before: to whoever looked earlier, all of it is new.
    was_since bigint not null,
    -- What of it changed at this generation, each 0 or 1: what the native API shows, what Statamic's own shows, what lists do.
    native bigint not null,
    statamic bigint not null,
    listed bigint not null,
    made_at bigint not null,
    primary key (generation, kind, id, owner, site)
);

create index change_by_moment on change (made_at);

-- Who wrote this database, so that tokens of another one are known as such, and the oldest generation that the log goes back to.
create table change_log (
    id bigint primary key check (id = 1),
    identity text collate "C" not null,
    complete_since bigint not null
);

insert into change_log (id, identity, complete_since) values (1, '', 0);

-- Publication by the clock is a change too: what appears or expires between two moments is found by these.
create index item_by_visible_from on item (visible_from);
create index item_by_visible_until on item (visible_until);

-- How far the changes were told to each webhook. What is pending is told again until it is taken, as it is.
create table webhook (
    url text collate "C" primary key,
    generation bigint not null,
    moment bigint not null,
    message_id text,
    message text,
    message_generation bigint,
    message_moment bigint,
    attempts bigint not null,
    next_attempt_at bigint not null,
    last_status bigint,
    last_error text,
    delivered_at bigint
);
