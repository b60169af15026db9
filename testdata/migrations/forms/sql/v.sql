CREATE VIEW v AS SELECT o.id, u.name, o.note FROM orders o JOIN users u ON u.id = o.user_id;
