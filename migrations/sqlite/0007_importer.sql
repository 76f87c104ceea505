-- Whose turn it is to write. An import draws a number before it reads the files; whoever writes holds this row until its
-- transaction ends, and is refused if one that drew later has written already.
create table importer (
    id integer primary key check (id = 1),
    drawn integer not null,
    written integer not null
) strict;

insert into importer (id, drawn, written) values (1, 0, 0);
