-- The twin of migrations/sqlite/0007_importer.sql.
create table importer (
    id bigint primary key check (id = 1),
    drawn bigint not null,
    written bigint not null
);

insert into importer (id, drawn, written) values (1, 0, 0);
