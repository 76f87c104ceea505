-- Each value of an item is a word of the index of full-text search: what is there is written anew, as nothing else of it
-- changed (the last of the four hashes alone goes, `store/write.rs`).
update item set hash = substr(hash, 1, 48);
delete from memory;
