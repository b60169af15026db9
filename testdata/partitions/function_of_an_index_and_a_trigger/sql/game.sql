CREATE INDEX game_rank ON game (rank_of(score));
CREATE TRIGGER seen AFTER UPDATE ON game FOR EACH ROW WHEN (rank_of(NEW.score) > 3) EXECUTE FUNCTION seen();
