-- What was read of entries' files stands on few shelves (`store/memory.rs`), which are read in a moment.
drop table source;
create table source (
    shelf integer primary key,
    records text not null
) strict;

delete from memory;
