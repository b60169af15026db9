ALTER TABLE task ADD COLUMN urgency urgency DEFAULT 'low';
