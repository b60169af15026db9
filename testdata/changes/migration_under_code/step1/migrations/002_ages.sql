-- pgmg: destructive
alter table users alter column age type bigint; alter table users drop column name; alter table users add column name varchar(20);
