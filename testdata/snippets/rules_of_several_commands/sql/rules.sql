CREATE TABLE note (id int, body text); CREATE TABLE note_log (id int, what text, at timestamptz DEFAULT now());
CREATE VIEW loud_note AS SELECT id, upper(body) AS body FROM note;
-- The semicolons between the parentheses end nothing.
CREATE RULE loud_insert AS ON INSERT TO loud_note DO INSTEAD (
  INSERT INTO note VALUES (NEW.id, lower(NEW.body));
  INSERT INTO note_log VALUES (NEW.id, 'new;');
);
CREATE RULE loud_move AS ON UPDATE TO loud_note WHERE OLD.id <> NEW.id DO INSTEAD NOTHING;
CREATE RULE loud_update AS ON UPDATE TO loud_note
  DO INSTEAD UPDATE note SET body = NEW.body WHERE id = OLD.id RETURNING note.id, note.body;
CREATE RULE note_gone AS ON DELETE TO note DO ALSO (NOTIFY note_gone; INSERT INTO note_log VALUES (OLD.id, 'gone;'));
