CREATE VIEW jj AS SELECT * FROM "äääääääääääääääääääääääääääääääää";
